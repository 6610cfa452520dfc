"""The page of one member: what staff must see at a glance, and her timeline below."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.admin.columns import draw_tags
from plugins.membership.admin.drawing import draw
from plugins.membership.admin.levels import draw_level
from plugins.membership.admin.photos import photos_of
from plugins.membership.admin.standing import HOME, reach
from plugins.membership.hookspecs import membership_profile_facts
from plugins.membership.models import CAUSES, KnownStore, Member, Tag
from plugins.membership.permissions import (
    EDIT_MEMBERS,
    HAND_GIFTS,
    MOVE_MEMBERS,
    SET_LEVELS,
)
from plugins.membership.services.birthdays import show_birthday
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.filing import birthday_of
from plugins.membership.services.ladder import benefits_of, progress_of, show_benefit
from plugins.membership.services.moments import kinds_of_moments, read_timeline
from plugins.membership.services.next_steps import next_steps
from plugins.membership.services.notes import put_notes
from plugins.membership.services.tagging import tag_member, untag_member
from plugins.membership.services.visits import last_visit_on


def draw_profile(member: Member) -> dict[str, Any]:
    """Draw the parts of a member's page."""
    may_edit = _may(member, EDIT_MEMBERS)
    told: dict[str, Any] = {
        "member": member,
        "holdings": holdings_of(member.id),
        "today": api.today(member.home_store.time_zone),
        "may_edit": may_edit,
    }
    return {
        "top": draw("_top.html", **told, **_glance(member, told)),
        "person": draw("_person.html", **told, **_person(member)),
        "ladder": draw("_ladder.html", **told, **_ladder(member)),
        "timeline": draw("_timeline.html", **told, **_timeline(member)),
        "side": draw("_side.html", **told, pair=_pair(member.id)),
    }


def _may(member: Member, needs: api.Permission) -> bool:
    return api.find_record(Member, member.id, needs) is not None


def _glance(member: Member, told: dict[str, Any]) -> dict[str, Any]:
    facts = api.answers(membership_profile_facts, member_id=member.id)
    visited_on = last_visit_on(member.id)
    return {
        "facts": sorted((one for answer in facts for one in answer), key=lambda one: one.order),
        "visited_on": visited_on,
        "steps": list(next_steps(member, told["holdings"], visited_on, told["today"])),
        "may_hand": _may(member, HAND_GIFTS),
    }


def _person(member: Member) -> dict[str, Any]:
    birthday = birthday_of(member)
    tags = api.db.session.scalars(sa.select(Tag).order_by(Tag.name)).all()
    carried = {tag.id for tag in member.tags}
    known = api.db.session.execute(
        sa.select(api.Store.name, KnownStore.since_on)
        .join(KnownStore, KnownStore.store_id == api.Store.id)
        .where(KnownStore.member_id == member.id, KnownStore.store_id != member.home_store_id)
        .order_by(KnownStore.since_on)
    ).all()
    return {
        "phone": api.draw_masked(
            member.phone, "phone", model=Member, record_id=member.id, column="phone"
        ),
        "birthday": show_birthday(birthday) if birthday else "",
        "other_tags": [tag for tag in tags if tag.id not in carried],
        "known": known,
        "draw_tags": draw_tags,
        "may_move": _may(member, MOVE_MEMBERS),
    }


def _ladder(member: Member) -> dict[str, Any]:
    return {
        "progress": progress_of(member.id),
        "benefits": [show_benefit(benefit) for benefit in benefits_of(member.id)],
        "causes": dict(CAUSES),
        "draw_level": draw_level,
        "may_set": _may(member, SET_LEVELS),
    }


def _timeline(member: Member) -> dict[str, Any]:
    kinds = kinds_of_moments()
    kind = request.args.get("kind", "")
    kind = kind if kind in dict(kinds) else ""
    before = request.args.get("before", "")
    page = read_timeline(member.id, before=before, kind=kind)
    return {"page": page, "kinds": kinds, "kind": kind, "before": before}


def _pair(member_id: int) -> list[Any]:
    """Return the first and the latest photo, side by side."""
    photos = photos_of(member_id)
    return [photos[-1], photos[0]] if len(photos) > 1 else photos


class ProfilePages:
    """What is changed on the page of a member itself: her tags and notes."""

    @api.page("/<int:number>/tags/add", needs=EDIT_MEMBERS, methods=("POST",))
    def add_tag_here(self, number: int) -> Response:
        return _tag(number, _given_tag(), add=True)

    @api.page("/<int:number>/tags/<int:tag>/drop", needs=EDIT_MEMBERS, methods=("POST",))
    def drop_tag_here(self, number: int, tag: int) -> Response:
        return _tag(number, tag, add=False)

    @api.page("/<int:number>/tags/<int:tag>/put", needs=EDIT_MEMBERS, methods=("POST",))
    def put_tag_here(self, number: int, tag: int) -> Response:
        return _tag(number, tag, add=True)

    @api.page("/<int:number>/notes", needs=EDIT_MEMBERS, methods=("POST",))
    def write_notes(self, number: int) -> Response:
        member = reach(number, EDIT_MEMBERS)
        put_notes(member.id, request.form.get("notes", ""))
        api.say_done(api.gettext("Notes saved."))
        return redirect(f"{HOME}{number}/")


def _given_tag() -> int:
    text = request.form.get("tag_id", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _tag(number: int, tag_id: int, *, add: bool) -> Response:
    member = reach(number, EDIT_MEMBERS)
    tag = api.db.session.get(Tag, tag_id)
    if tag is None:
        raise api.NotFound(_("There is no such tag."))
    name = tag.shown_name
    where = f"{HOME}{number}/"
    if add:
        changed = tag_member(member.id, tag_id)
        text = api.gettext("Tag added: %(tag)s", tag=name)
    else:
        changed = untag_member(member.id, tag_id)
        text = api.gettext("Tag removed: %(tag)s", tag=name)
    if changed:
        undo = f"{where}tags/{tag_id}/{'drop' if add else 'put'}"
        api.say_done(text, undo)
    return redirect(where)
