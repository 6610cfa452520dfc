"""Giving a tag to many members at once, or taking it from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import flash, make_response, redirect, request

from console import api
from console.api import _
from plugins.membership.models import Member, Tag
from plugins.membership.permissions import EDIT_MEMBERS
from plugins.membership.services.tagging import tag_member, untag_member

MOST = 1000


class TaggingPages:
    """A bulk action of the member list, and the page on which the tag is chosen."""

    @api.action(_("Tags"), needs=EDIT_MEMBERS)
    def choose_tag(self, ids: Sequence[int]) -> Any:
        """Ask which tag to add or to remove."""
        return self._show_choice(list(ids))

    @api.page("/tag", needs=EDIT_MEMBERS, methods=("POST",))
    def tag(self) -> Any:
        ids = [int(text) for text in request.form.getlist("id") if text.isdecimal()][:MOST]
        wanted = request.form.get("tag_id", "")
        tag = next((tag for tag in _tags() if str(tag.id) == wanted), None)
        if tag is None:
            return self._show_choice(_reached(ids), api.Refused(_("Choose a tag.")))
        count = _put(_reached(ids), tag.id, remove=request.form.get("act") == "remove")
        text = api.ngettext(
            "“%(tag)s”: %(num)s member changed.",
            "“%(tag)s”: %(num)s members changed.",
            count,
            tag=tag.shown_name,
        )
        flash(text, "success")
        return redirect("/console/membership/members/")

    def _show_choice(self, ids: Sequence[int], problem: api.Refused | None = None) -> Any:
        page = api.render("membership/tag.html", view=self, ids=ids, tags=_tags(), problem=problem)
        return make_response(page, problem.status if problem else 200)


def _tags() -> Sequence[Tag]:
    return api.db.session.scalars(sa.select(Tag).order_by(Tag.name)).all()


def _reached(ids: Sequence[int]) -> list[int]:
    wanted = sa.select(Member.id).where(Member.id.in_(ids)).order_by(Member.id)
    stores = EDIT_MEMBERS.stores()
    if stores is not None and Member.scope.where is not None:
        wanted = wanted.where(Member.scope.where(Member, stores))
    return list(api.db.session.scalars(wanted))


@api.unit
def _put(ids: Sequence[int], tag_id: int, *, remove: bool) -> int:
    change = untag_member if remove else tag_member
    return sum(change(member_id, tag_id) for member_id in ids)
