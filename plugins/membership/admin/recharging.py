"""The counter page of a top-up: the amount, what comes with it, and how it was paid."""

from __future__ import annotations

import secrets
from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.ledger.api import Entry, Tender, salon
from plugins.membership.admin.standing import HOME, reach
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
        if find_recharge(key) is not None:
            return redirect(f"{HOME}{number}/")
        try:
            quote = _quote(member)
            if quote is None:
                raise api.Refused(_("Enter an amount above zero."))
            _sell(quote, key)
        except api.Refused as refused:
            return _page(self, reach(number, SELL_RECHARGES), refused)
        amount, bonus = api.format_fen(quote.amount_fen), api.format_fen(quote.bonus_fen)
        api.say_done(
            api.gettext("Topped up %(amount)s, bonus %(bonus)s.", amount=amount, bonus=bonus)
        )
        return redirect(f"{HOME}{number}/")


def _quote(member: Member) -> RechargeQuote | None:
    """Quote what was entered; None while nothing was."""
    text = request.values.get("amount", "").strip()
    if not text:
        return None
    tier = request.values.get("tier", "")
    purse = request.values.get("purse", "any")
    return quote_recharge(
        member.id,
        api.parse_fen(text),
        store_id=store_here(member, SELL_RECHARGES),
        purse=None if purse == "any" else purse,
        tier_id=int(tier) if tier.isascii() and tier.isdecimal() and len(tier) < 10 else None,
    )


def _sell(quote: RechargeQuote, key: str) -> None:
    means = request.form.get("means", "")
    if means not in MEANS:
        raise api.Refused(_("Choose how she pays."))
    shown = request.form.get("bonus_fen", "")
    if shown != str(quote.bonus_fen):
        raise api.Conflict(_("The offer has changed. Look at it again before you sell."))
    entry = Entry(key=key, code="top_up", store_id=quote.store_id, note=str(MEANS[means]))
    tender = Tender(salon(means, quote.store_id), quote.amount_fen, f"{key}:paid")
    sell_recharge(entry, quote, [tender], over_cap_note=request.form.get("over_cap_note", ""))


def _page(view: object, member: Member, problem: api.Refused | None = None) -> Any:
    quote = None
    try:
        store_id = store_here(member, SELL_RECHARGES)
        quote = _quote(member)
    except api.Refused as refused:
        problem = problem or refused
        store_id = member.home_store_id
    page = api.render(
        "membership/recharge.html",
        view=view,
        member=member,
        quote=quote,
        offers=offers_for(member.id, store_id),
        purses=purses_of(member.id),
        stores=stores_open(SELL_RECHARGES),
        store_id=store_id,
        means=MEANS,
        may_exceed=EXCEED_CAPS.held(store_id),
        key=form_key(),
        entered=request.values,
        problem=problem,
    )
    return (page, problem.status) if problem else page
