"""The first steps of a refund of prepaid money: what, who is the cause, and the sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.cashier.models import CAUSES
from plugins.cashier.refunds import MAKE_REFUNDS, Refundable
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.refunding.cases import (
    WHY_NOT_SEVEN,
    find_refundables,
    open_refund,
    reckon,
    refundables_of,
)
from plugins.cashier.services.refunding.law import CAUSE_WORDS
from plugins.cashier.services.refunding.sheets import Asked, Sheet, why_not_seven
from plugins.cashier.services.refunding.showing import show_sheet
from plugins.membership.api import Member, find_exactly, read_code

HOME = "/console/cashier/refunds/"
STEPS = (_("What"), _("Cause and days"), _("Refund sheet"), _("Approval and her word"), _("Payout"))
CODE_LENGTH = 20
#: Most of an agreed interest rate, in hundredths of a percent.
MOST_BP = 2_400


class RefundWizard:
    """Pages of the view of refunds on which a sheet is made."""

    @api.page("/new", needs=MAKE_REFUNDS)
    def choose(self) -> Any:
        typed = request.args.get("member", "").strip()
        member, problem = None, None
        try:
            member = _find(typed) if typed else _reach() if number_after("member_id") else None
        except api.Refused as refused:
            problem = refused
        return self._show_choice(member, problem)

    def _show_choice(self, member: Member | None, problem: api.Refused | None) -> Any:
        page = api.render(
            "cashier/refund_new.html",
            view=self,
            member=member,
            offers=refundables_of(member.id) if member else [],
            steps=STEPS,
            entered=request.args,
            problem=problem,
            fen=api.format_fen,
        )
        return (page, problem.status) if problem else page

    @api.page("/new/sheet", needs=MAKE_REFUNDS)
    def reckon_sheet(self) -> Any:
        return self._show_sheet()

    @api.page("/new/sheet", needs=MAKE_REFUNDS, methods=("POST",))
    def make_sheet(self) -> Any:
        try:
            member, store_id = _reach(), _store_id()
            keys = request.values.getlist("key_of")
            refund = open_refund(
                member.id,
                keys,
                _read_asked(store_id),
                store_id=store_id,
                reason=request.form.get("reason", ""),
                key=request.form.get("key", "") or new_key(),
            )
        except api.Refused as refused:
            if refused.status == 404:
                raise
            return self._show_sheet(refused)
        api.say_done(api.gettext("The sheet is made. The member can read it on her phone."))
        return redirect(f"{HOME}{refund.id}/")

    def _show_sheet(self, problem: api.Refused | None = None) -> Any:
        member, store_id = _reach(), _store_id()
        keys = request.values.getlist("key_of")
        if not keys:
            return self._show_choice(member, api.Refused(_("Choose what is refunded.")))
        found = find_refundables(member.id, keys)
        sheets: dict[str, Sheet] = {}
        asked: Asked | None = None
        try:
            asked = _read_asked(store_id)
            sheets = _all_causes(found, asked)
        except api.Refused as refused:
            problem = problem or refused
        chosen = sheets.get(asked.cause) if asked else None
        page = api.render(
            "cashier/refund_sheet.html",
            view=self,
            member=member,
            found=found,
            keys=keys,
            stores=_stores(),
            store_id=store_id,
            today=today_of(store_id),
            causes=CAUSES,
            cause_words=CAUSE_WORDS,
            cause=asked.cause if asked else "shop",
            sheets=sheets,
            why_not_seven=_why_not(found, asked),
            shown=show_sheet(chosen.facts()) if chosen else None,
            sheet=chosen,
            has_gifts=any(share.gift for one in found for share in one.purchase.shares),
            has_term=any(one.purchase.term for one in found),
            steps=STEPS,
            key=request.form.get("key") or new_key(),
            entered=request.values,
            problem=problem,
            fen=api.format_fen,
        )
        return (page, problem.status) if problem else page


def _find(typed: str) -> Member:
    """Return the member whom a scanned code, a phone or a card number stands for."""
    if typed.isascii() and typed.isdecimal() and len(typed) == CODE_LENGTH:
        number = read_code(typed)
    else:
        members = find_exactly(typed)
        if len(members) != 1:
            raise api.Refused(_("Nobody, or more than one, is found so. Scan the member code."))
        number = members[0].id
    member: Member | None = api.find_record(Member, number, MAKE_REFUNDS)
    if member is None:
        raise api.NotFound(_("There is no such member."))
    return member


def _reach() -> Member:
    member: Member | None = api.find_record(Member, number_after("member_id"), MAKE_REFUNDS)
    if member is None:
        raise api.NotFound(_("There is no such member."))
    return member


def number_after(name: str) -> int:
    """Return a whole number that was sent; zero when there is none."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _stores() -> list[api.Store]:
    return [one for one in api.visible_stores() if not one.closed and MAKE_REFUNDS.held(one.id)]


def _store_id() -> int:
    known = [store.id for store in _stores()]
    for wanted in (number_after("store_id"), api.actor().store_id):
        if wanted in known:
            return int(wanted or 0)
    if not known:
        raise api.NotFound(_("There is no such store."))
    return known[0]


def _read_asked(store_id: int) -> Asked:
    today = today_of(store_id)
    cause = request.values.get("cause", "shop")
    if cause not in dict(CAUSES):
        raise api.Refused(_("Say who is the cause."))
    asked_on = _day("asked_on") or today
    ended_on = _day("ended_on") or asked_on
    paid_on = _day("paid_on") or max(today, ended_on)
    if asked_on > today or ended_on < asked_on or paid_on < ended_on:
        raise api.Refused(_("The days do not follow one another: asked, ended, paid."))
    gifts = request.values.get("gifts", "").strip()
    gifts_fen = api.parse_fen(gifts) if gifts else 0
    if gifts_fen < 0:
        raise api.Refused(_("Enter an amount above zero."))
    named: Any = cause
    return Asked(named, asked_on, ended_on, paid_on, _day("stopped_on"), gifts_fen, _rate())


def _day(name: str) -> dt.date | None:
    text = request.values.get(name, "").strip()
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as problem:
        raise api.Refused(_("Enter a day such as 2026-04-02.")) from problem


def _rate() -> int | None:
    """Return an agreed rate in hundredths of a percent."""
    text = request.values.get("rate", "").strip()
    if not text:
        return None
    rate = api.parse_fen(text)
    if not 0 <= rate <= MOST_BP:
        raise api.Refused(_("Enter a rate between 0 and 24 percent a year."))
    return rate


def _all_causes(found: Sequence[Refundable], asked: Asked) -> dict[str, Sheet]:
    """Return the sheet of each cause that may hold, so that they stand side by side."""
    sheets: dict[str, Sheet] = {}
    for cause, _label in CAUSES:
        one = Asked(**{**vars(asked), "cause": cause})
        if cause != "seven_days" or not _why_not(found, asked):
            sheets[cause] = reckon(found, one)
        elif asked.cause == cause:
            reckon(found, one)
    return sheets


def _why_not(found: Sequence[Refundable], asked: Asked | None) -> Any:
    day = asked.asked_on if asked else api.today("Asia/Shanghai")
    problem = why_not_seven([one.purchase for one in found], day)
    return WHY_NOT_SEVEN.get(problem)
