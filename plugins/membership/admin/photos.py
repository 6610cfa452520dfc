"""The photos in a member's file."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.models import Member, Photo
from plugins.membership.permissions import EDIT_MEMBERS, SEE_MEMBERS


def photos_of(member_id: int) -> list[Photo]:
    """Return the photos of a member, the latest first."""
    rows = sa.select(Photo).where(Photo.member_id == member_id).order_by(Photo.id.desc())
    return list(api.db.session.scalars(rows))


class PhotoPages:
    """A page of the member view: her photos."""

    @api.page("/<int:number>/photos", needs=SEE_MEMBERS)
    def photos(self, number: int) -> Any:
        return self._show_photos(_reach(number, SEE_MEMBERS))

    @api.page("/<int:number>/photos", needs=EDIT_MEMBERS, methods=("POST",))
    def add_photo(self, number: int) -> Any:
        member = _reach(number, EDIT_MEMBERS)
        sent = request.files.get("photo")
        try:
            if sent is None or not sent.filename:
                raise api.Refused(_("Choose a picture first."))
            file = api.keep_file(sent.read(), sent.filename, kind="image", needs=SEE_MEMBERS)
        except api.Refused as refused:
            return self._show_photos(_reach(number, EDIT_MEMBERS), problem=refused)
        _add(member.id, file.id, request.form.get("note", "").strip()[:120])
        flash(api.gettext("Photo added."), "success")
        return redirect(f"/console/membership/members/{number}/photos")

    @api.page("/<int:number>/photos/<int:photo>/drop", needs=EDIT_MEMBERS, methods=("POST",))
    def drop_photo(self, number: int, photo: int) -> Response:
        _drop(_reach(number, EDIT_MEMBERS).id, photo)
        flash(api.gettext("Photo removed."), "success")
        return redirect(f"/console/membership/members/{number}/photos")

    def _show_photos(self, member: Member, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "membership/photos.html",
            view=self,
            member=member,
            photos=photos_of(member.id),
            problem=problem,
            may_edit=api.find_record(Member, member.id, EDIT_MEMBERS) is not None,
        )
        return (page, problem.status) if problem else page


def _reach(number: int, needs: api.Permission) -> Member:
    member: Member | None = api.find_record(Member, number, needs)
    if member is None:
        raise api.NotFound(_("There is no such member."))
    return member


@api.unit
def _add(member_id: int, file_id: int, note: str) -> None:
    photo = Photo(member_id=member_id, file_id=file_id, note=note, added_at=api.now())
    api.db.session.add(photo)
    api.record_audit(
        "membership.photo_added",
        api.db.session.get_one(Member, member_id),
        title=_("Added a photo"),
    )


@api.unit
def _drop(member_id: int, number: int) -> None:
    photo = api.db.session.get(Photo, number)
    if photo is None or photo.member_id != member_id:
        raise api.NotFound(_("There is no such photo."))
    api.db.session.delete(photo)
    api.record_audit(
        "membership.photo_dropped",
        api.db.session.get_one(Member, member_id),
        title=_("Removed a photo"),
    )
