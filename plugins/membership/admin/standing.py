"""What staff do with a member's standing: freezing, levels by hand, gifts, another home store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.models import LevelGift, Member
from plugins.membership.permissions import (
    FREEZE_MEMBERS,
    HAND_GIFTS,
    MOVE_MEMBERS,
    SET_LEVELS,
)
from plugins.membership.services.filing import move_member
from plugins.membership.services.freezing import freeze_member, unfreeze_member
from plugins.membership.services.gifts import hand_over_gift, take_gift_back
from plugins.membership.services.ladder import all_levels
from plugins.membership.services.levelling import set_level

HOME = "/console/membership/members/"


def reach(number: int, needs: api.Permission) -> Member:
    """Return a member within the person's reach for *needs*; 404 when there is none."""
    member: Member | None = api.find_record(Member, number, needs)
    if member is None:
        raise api.NotFound(_("There is no such member."))
    return member


class StandingPages:
    """Pages of the member view: freeze, level, home store, gifts."""

    @api.page("/<int:number>/freeze", needs=FREEZE_MEMBERS)
    def ask_freeze(self, number: int) -> Any:
        return self._show("freeze.html", reach(number, FREEZE_MEMBERS))

    @api.page("/<int:number>/freeze", needs=FREEZE_MEMBERS, methods=("POST",))
    def freeze(self, number: int) -> Any:
        member = reach(number, FREEZE_MEMBERS)
        name = member.name
        return self._try(
            "freeze.html",
            member,
            lambda: freeze_member(number, request.form.get("reason", "")),
            api.gettext("%(name)s is frozen.", name=name),
            undo="unfreeze",
        )

    @api.page("/<int:number>/unfreeze", needs=FREEZE_MEMBERS, methods=("POST",))
    def unfreeze(self, number: int) -> Response:
        member = reach(number, FREEZE_MEMBERS)
        name = member.name
        unfreeze_member(number)
        api.say_done(api.gettext("%(name)s is no longer frozen.", name=name))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/level", needs=SET_LEVELS)
    def ask_level(self, number: int) -> Any:
        return self._show("set_level.html", reach(number, SET_LEVELS))

    @api.page("/<int:number>/level", needs=SET_LEVELS, methods=("POST",))
    def put_level(self, number: int) -> Any:
        member = reach(number, SET_LEVELS)
        text = api.gettext("%(name)s has another level now.", name=member.name)
        return self._try("set_level.html", member, lambda: _set_level(number), text)

    @api.page("/<int:number>/store", needs=MOVE_MEMBERS)
    def ask_store(self, number: int) -> Any:
        return self._show("move.html", reach(number, MOVE_MEMBERS))

    @api.page("/<int:number>/store", needs=MOVE_MEMBERS, methods=("POST",))
    def move(self, number: int) -> Any:
        member = reach(number, MOVE_MEMBERS)
        text = api.gettext("%(name)s has another home store now.", name=member.name)
        return self._try("move.html", member, lambda: _move(number), text)

    @api.page("/<int:number>/gifts/<int:gift>/hand", needs=HAND_GIFTS, methods=("POST",))
    def hand_gift(self, number: int, gift: int) -> Response:
        _check_gift(reach(number, HAND_GIFTS), gift)
        hand_over_gift(gift)
        undo = f"{HOME}{number}/gifts/{gift}/wait"
        api.say_done(api.gettext("Gift handed over."), undo)
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/gifts/<int:gift>/wait", needs=HAND_GIFTS, methods=("POST",))
    def wait_gift(self, number: int, gift: int) -> Response:
        _check_gift(reach(number, HAND_GIFTS), gift)
        take_gift_back(gift)
        api.say_done(api.gettext("The gift waits again."))
        return redirect(f"{HOME}{number}/")

    def _try(
        self,
        template: str,
        member: Member,
        act: Callable[[], object],
        text: str,
        undo: str = "",
    ) -> Any:
        number = member.id
        try:
            act()
        except api.Refused as refused:
            return self._show(template, api.db.session.get_one(Member, number), refused)
        where = f"{HOME}{number}/"
        api.say_done(text, f"{where}{undo}" if undo else "")
        return redirect(where)

    def _show(self, template: str, member: Member, problem: api.Refused | None = None) -> Any:
        page = api.render(
            f"membership/{template}",
            view=self,
            member=member,
            levels=all_levels(),
            stores=[store for store in api.visible_stores() if not store.closed],
            today=api.today(member.home_store.time_zone),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page


def _check_gift(member: Member, gift_id: int) -> None:
    gift = api.db.session.get(LevelGift, gift_id)
    if gift is None or gift.member_id != member.id:
        raise api.NotFound(_("There is no such gift."))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _set_level(member_id: int) -> None:
    text = request.form.get("until_on", "").strip()
    try:
        until_on = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise api.Refused(_("Enter a day such as 2026-12-31.")) from None
    set_level(
        member_id,
        _number("level_id"),
        until_on=until_on,
        reason=request.form.get("reason", ""),
        with_gift=request.form.get("with_gift") == "1",
    )


def _move(member_id: int) -> None:
    wanted = _number("store_id")
    if not MOVE_MEMBERS.held(wanted):
        raise api.Refused(_("Choose a store."))
    move_member(member_id, wanted, request.form.get("reason", ""))
