"""The counter page of a top-up: the amount, what comes with it, and how it was paid."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.ledger.api import Entry, Tender, salon
from plugins.membership.admin.standing import HOME, reach
from plugins.membership.counter import Counter, TopUpAsked, counter_of
from plugins.membership.models import Member
from plugins.membership.permissions import EXCEED_CAPS, SELL_RECHARGES
from plugins.membership.services.offers import RechargeQuote, offers_for, quote_recharge
from plugins.membership.services.purses import purses_of
from plugins.membership.services.recharging import find_recharge, sell_recharge

#: How money is taken where there is no till: the account that it goes to, and its name.
MEANS: dict[str, Any] = {
    "cash": _("Cash"),
    "wechat": _("WeChat, taken on the phone"),
    "bank": _("Bank transfer or card"),
}


def form_key() -> str:
    """Return the key under which a form counts once, however often it is sent."""
    sent = request.form.get("key", "")
    return sent if 16 <= len(sent) <= 64 and sent.isalnum() else secrets.token_hex(13)


def store_here(member: Member, needs: api.Permission) -> int:
    """Return the store in which who acts serves a member: her own, or her home store."""
    chosen = request.values.get("store_id", "")
    wanted = [int(chosen)] if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10 else []
    candidates = [*wanted, api.actor().store_id, member.home_store_id]
    candidates += [store.id for store in stores_open(needs)]
    for store_id in candidates:
        if store_id and needs.held(store_id):
            return store_id
    raise api.Refused(_("Choose a store."))


def stores_open(needs: api.Permission) -> list[api.Store]:
    """Return the stores that are open, and in which who acts may do this."""
    return [one for one in api.visible_stores() if not one.closed and needs.held(one.id)]


class RechargePages:
    """Pages of the member view on which a top-up is sold."""

    @api.page("/<int:number>/recharge", needs=SELL_RECHARGES)
    def show_recharge(self, number: int) -> Any:
        return _page(self, reach(number, SELL_RECHARGES))

    @api.page("/<int:number>/recharge", needs=SELL_RECHARGES, methods=("POST",))
    def sell_recharge(self, number: int) -> Any:
        member = reach(number, SELL_RECHARGES)
        key = f"membership.recharge:{form_key()}"
        sold = _find_sold(key, member)
        if sold is not None:
            return redirect(sold)
        try:
            quote = _quote(member)
            if quote is None:
                raise api.Refused(_("Enter an amount above zero."))
            sold = _sell(quote, key)
        except api.Refused as refused:
            return _page(self, reach(number, SELL_RECHARGES), refused)
        amount, bonus = api.format_fen(quote.amount_fen), api.format_fen(quote.bonus_fen)
        api.say_done(
            api.gettext("Topped up %(amount)s, bonus %(bonus)s.", amount=amount, bonus=bonus)
        )
        return redirect(sold)


def means_in(store_id: int) -> Mapping[str, Any]:
    """Return how money is taken in a store: as the till takes it, where there is one."""
    counter = counter_of(store_id)
    return MEANS if counter is None else counter.means


def _find_sold(key: str, member: Member) -> str | None:
    """Return where it is shown what was sold with a form's key."""
    counter = counter_of(member.home_store_id)
    if counter is not None:
        return counter.find_bill(key)
    return f"{HOME}{member.id}/" if find_recharge(key) is not None else None


def _quote(member: Member) -> RechargeQuote | None:
    """Quote what was entered; None while nothing was."""
    text = request.values.get("amount", "").strip()
    if not text:
        return None
    return quote_recharge(
        member.id,
        api.parse_fen(text),
        store_id=store_here(member, SELL_RECHARGES),
        purse=_purse(),
        tier_id=_number("tier"),
    )


def _purse() -> str | None:
    purse = request.values.get("purse", "any")
    return None if purse == "any" else purse


def _number(name: str) -> int | None:
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _sell(quote: RechargeQuote, key: str) -> str:
    """Sell what was quoted and return where it is shown."""
    means = request.form.get("means", "")
    counter = counter_of(quote.store_id)
    if means not in (MEANS if counter is None else counter.means):
        raise api.Refused(_("Choose how she pays."))
    shown = request.form.get("bonus_fen", "")
    if shown != str(quote.bonus_fen):
        raise api.Conflict(_("The offer has changed. Look at it again before you sell."))
    if counter is not None:
        return _sell_at(counter, quote, means, key)
    entry = Entry(key=key, code="top_up", store_id=quote.store_id, note=str(MEANS[means]))
    tender = Tender(salon(means, quote.store_id), quote.amount_fen, f"{key}:paid")
    sell_recharge(entry, quote, [tender], over_cap_note=request.form.get("over_cap_note", ""))
    return f"{HOME}{quote.member_id}/"


def _sell_at(counter: Counter, quote: RechargeQuote, means: str, key: str) -> str:
    staff_id = _number("staff_id")
    if staff_id is not None and staff_id not in counter.sellers:
        raise api.Refused(_("Choose somebody who works here."))
    note = request.form.get("over_cap_note", "")
    tier_id = _number("tier")
    return counter.sell_top_up(TopUpAsked(quote, means, key, _purse(), tier_id, note, staff_id))


def _page(view: object, member: Member, problem: api.Refused | None = None) -> Any:
    quote = None
    try:
        store_id = store_here(member, SELL_RECHARGES)
        quote = _quote(member)
    except api.Refused as refused:
        problem = problem or refused
        store_id = member.home_store_id
    counter = counter_of(store_id)
    page = api.render(
        "membership/recharge.html",
        view=view,
        member=member,
        quote=quote,
        offers=offers_for(member.id, store_id),
        purses=purses_of(member.id),
        stores=stores_open(SELL_RECHARGES),
        store_id=store_id,
        means=MEANS if counter is None else counter.means,
        counter=counter,
        may_exceed=EXCEED_CAPS.held(store_id),
        key=form_key(),
        entered=request.values,
        problem=problem,
    )
    return (page, problem.status) if problem else page
