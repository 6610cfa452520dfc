"""Ordering on the phone: what she gets is quoted and frozen, then the provider is asked."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, OnlinePayment
from plugins.cashier.offers import Asked, Described, LineKind, Terms
from plugins.cashier.services.asking import line_kind
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.online import circuit
from plugins.cashier.services.online.advancing import advance_payment
from plugins.cashier.services.online.notes import note
from plugins.cashier.services.online.providers import NobodyTakesIt, keep_kind, usual_provider
from plugins.cashier.services.online.settings import LEAST, MINUTES, MOST
from plugins.cashier.services.prepaid import PREPAID, sold_that_day
from plugins.membership.api import (
    AboveCap,
    Member,
    TransferOnly,
    caps_bind,
    require_active,
    require_free_value,
    require_id,
    transfer_rule,
)

#: So many unpaid orders a member may have at a time.
MOST_UNPAID = 5
UNPAID = ("created", "prepaid", "unknown")


def describe_online(member_id: int, kind_key: str, form: Mapping[str, str]) -> Described:
    """Return what a member would get for what her phone asks for, and what it costs."""
    return _describe(_member(member_id), _kind(kind_key), form)


def terms_online(member_id: int, kind_key: str, told: Described) -> Terms | None:
    """Return the contract that she has to agree to before she orders; None where there is none."""
    kind = _kind(kind_key)
    return kind.terms(_bill_for(_member(member_id)), told.facts) if kind.terms else None


@api.unit
def order_online(
    member_id: int,
    kind_key: str,
    form: Mapping[str, str],
    *,
    key: str,
    price_fen: int | None = None,
) -> OnlinePayment:
    """Freeze what a member buys on her phone, and have the provider asked by the worker.

    The same *key* returns the payment of that time. `Conflict` when it no longer costs
    *price_fen*, which is what she saw.
    """
    member = api.db.session.get(Member, member_id, with_for_update=True) or _member(member_id)
    known = api.db.session.scalar(sa.select(OnlinePayment).where(OnlinePayment.key == key))
    if known is not None:
        if known.member_id != member_id:
            raise api.NotFound(_("There is no such payment."))
        return known
    kind, provider = _kind(kind_key), usual_provider()
    require_active(member_id)
    told = _describe(member, kind, form)
    check_order(member_id, told, price_fen)
    if kind.order_kind in PREPAID:
        check_prepaid(member, told)
    terms = kind.terms(_bill_for(member), told.facts) if kind.terms else None
    if terms is not None:
        told = agree(terms, told, form)
    if circuit.is_open(provider.key):
        raise NobodyTakesIt
    keep_kind(provider)
    payment = _make(member, kind, told, key, provider.key)
    note(payment, "ordered", api.format_fen(payment.amount_fen))
    api.start_job(advance_payment, number=payment.id)
    return payment


def agree(terms: Terms, told: Described, form: Mapping[str, str]) -> Described:
    """Keep with what is ordered that she read its contract and ticked it."""
    if form.get("agreed") != "1":
        raise api.Refused(_("Read the contract and tick it first."))
    if form.get("terms", terms.digest) != terms.digest:
        raise api.Conflict(_("The contract has changed. Read it again."))
    rows = [list(row) for row in terms.rows]
    agreed = {"at": api.now().isoformat(), "digest": terms.digest, "rows": rows}
    return replace(told, facts={**told.facts, "agreed_on_phone": agreed})


def _make(
    member: Member, kind: LineKind, told: Described, key: str, provider: str
) -> OnlinePayment:
    now = api.now()
    payment = OnlinePayment(
        key=key,
        out_trade_no=_new_number(member.home_store),
        provider=provider,
        store_id=told.store_id or member.home_store_id,
        member_id=member.id,
        kind=kind.key,
        title=told.title,
        sold={"lines": [freeze(kind, told)]},
        amount_fen=told.unit_fen,
        created_at=now,
        expires_at=now + dt.timedelta(minutes=MINUTES.get()),
        due_at=now,
    )
    api.db.session.add(payment)
    api.db.session.flush()
    return payment


def freeze(kind: LineKind, told: Described) -> dict[str, Any]:
    """Return a line as it is put on the bill when the money is there."""
    return {
        "kind": kind.key,
        "order_kind": kind.order_kind,
        "title": told.title,
        "unit_fen": told.unit_fen,
        "variant_id": told.variant_id,
        "facts": dict(told.facts),
    }


def _member(member_id: int) -> Member:
    member = api.db.session.get(Member, member_id)
    if member is None:
        raise api.NotFound(_("There is no such member."))
    return member


def _kind(key: str) -> LineKind:
    kind = line_kind(key)
    if kind.online is None:
        raise api.NotFound(_("This is not sold online."))
    return kind


def _bill_for(member: Member) -> Bill:
    day = today_of(member.home_store_id)
    return Bill(store_id=member.home_store_id, member_id=member.id, business_on=day, booked_on=day)


def _describe(member: Member, kind: LineKind, form: Mapping[str, str]) -> Described:
    bill = _bill_for(member)
    facts = kind.online(form) if kind.online else {}
    try:
        told = kind.describe(Asked(bill, 1, None, facts))
    except AboveCap as above:
        held_fen = above.would_hold_fen - int(facts.get("amount_fen") or 0)
        raise _too_much(above.cap_fen, held_fen) from above
    quoted = told.facts.get("quote")
    if quoted:
        require_free_value(member.id)
    if isinstance(quoted, dict) and quoted["would_hold_fen"] > quoted["cap_fen"]:
        raise _too_much(quoted["cap_fen"], quoted["would_hold_fen"] - quoted["amount_fen"])
    return told


def _too_much(cap_fen: int, held_fen: int) -> api.Refused:
    """Say to a member how much more her card may hold."""
    if held_fen >= cap_fen:
        return api.Refused(
            _("Your card holds as much as the rules allow. Use some of it before you top up.")
        )
    return api.Refused(
        _(
            "The rules allow %(cap)s of principal on a card. You can top up %(most)s at most now.",
            cap=api.format_fen(cap_fen),
            most=api.format_fen(cap_fen - held_fen),
        )
    )


def check_order(member_id: int, told: Described, seen_fen: int | None) -> None:
    """Raise `Refused` for an amount that is not paid online, or beside what waits for payment.

    `Conflict` when it does not cost what she saw.
    """
    fen = told.unit_fen
    if seen_fen is not None and fen != seen_fen:
        raise api.Conflict(_("It costs %(fen)s now. Look at it again.", fen=api.format_fen(fen)))
    check_amount(fen)
    waiting = unpaid_of(member_id)
    offers = {_first_offer(line["facts"]) for row in waiting for line in row.sold["lines"]}
    if _first_offer(told.facts) and _first_offer(told.facts) in offers:
        raise api.Conflict(_("You have an order with this offer already. Pay or cancel it first."))
    if len(waiting) >= MOST_UNPAID:
        raise api.Conflict(_("You have several orders that are not paid. Pay or cancel one first."))


def unpaid_of(member_id: int) -> Sequence[OnlinePayment]:
    """Return the orders of a member that wait for their payment."""
    unpaid = sa.select(OnlinePayment).where(
        OnlinePayment.member_id == member_id, OnlinePayment.state.in_(UNPAID)
    )
    return api.db.session.scalars(unpaid).all()


def check_prepaid(member: Member, told: Described) -> None:
    """Raise `Refused` where the rules on prepaid cards want more of her than a tap.

    What she ordered before and has not paid counts with it.
    """
    store_id = told.store_id or member.home_store_id
    require_id(member.id, store_id, told.unit_fen)
    check_transfer(member.id, told)


def check_transfer(member_id: int, told: Described) -> None:
    """Raise `TransferOnly` for so much that a company takes it by bank transfer only."""
    room = transfer_room(member_id)
    if room is not None and told.unit_fen > room:
        before, sold = _waiting(member_id), _sold_today(member_id)
        whole = before + sold + told.unit_fen
        together = whole if before or sold else None
        raise TransferOnly(transfer_rule(member_id), together, today=sold > 0)


def transfer_room(member_id: int) -> int | None:
    """Return how much a member may pay ahead online before it has to be a bank transfer.

    None where the rules do not bind.
    """
    if not caps_bind():
        return None
    gone = _waiting(member_id) + _sold_today(member_id)
    return max(int(transfer_rule(member_id).value) - 1 - gone, 0)


def _sold_today(member_id: int) -> int:
    """Return what she was sold ahead today."""
    return sold_that_day(member_id, today_of(_member(member_id).home_store_id))


def _waiting(member_id: int) -> int:
    """Return what she ordered of prepaid cards and has not paid."""
    return sum(
        row.amount_fen
        for row in unpaid_of(member_id)
        if all(line["order_kind"] in PREPAID for line in row.sold["lines"])
    )


def _first_offer(facts: Mapping[str, Any]) -> int | None:
    """Return the offer for a first top-up that was quoted; None for anything else."""
    quoted = facts.get("quote") or {}
    return quoted.get("tier_id") if quoted.get("first_only") else None


def check_amount(fen: int) -> None:
    """Raise `Refused` for an amount that is not paid online."""
    least, most = LEAST.get(), MOST.get()
    if not least <= fen <= most:
        words = _(
            "Online you can pay from %(least)s to %(most)s at once.",
            least=api.format_fen(least),
            most=api.format_fen(most),
        )
        raise api.Refused(words)


def _new_number(store: api.Store) -> str:
    """Return a number of 28 characters that no other order has: the local time, then chance."""
    local = api.now().astimezone(ZoneInfo(store.time_zone))
    return f"{local:%Y%m%d%H%M%S}{secrets.token_hex(7)}"
