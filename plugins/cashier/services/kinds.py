"""The kinds of lines that are there from the start: services, products, top-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line
from plugins.cashier.offers import Asked, Described, LineKind, Settling, Taken
from plugins.cashier.permissions import GIVE_BONUS
from plugins.cashier.services.naming import name_in_all
from plugins.cashier.services.top_up_contracts import contract_on_phone, make_contract
from plugins.cashier.services.top_up_terms import bonus_end_on
from plugins.cashier.services.vouchers import KINDS as VOUCHERS
from plugins.cashier.services.vouchers import services_given
from plugins.ledger.api import Tender as Money
from plugins.membership.api import quote_recharge, read_quote, sell_recharge, undo_recharge
from plugins.salon.api import Service, ServiceStore, Staff, Variant, price_of, price_with


def _number(facts: Mapping[str, Any], name: str) -> int | None:
    value = facts.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def describe_service(asked: Asked) -> Described:
    """Describe a service: `variant_id`, and `price_fen` where its price is open."""
    variant = api.db.session.get(Variant, _number(asked.facts, "variant_id") or 0)
    service = api.db.session.get(Service, variant.service_id) if variant else None
    if variant is None or service is None:
        raise api.NotFound(_("There is no such service."))
    if not service.on_sale:
        raise api.Refused(_("%(service)s is no longer offered.", service=service.name))
    stores = api.db.session.scalars(
        sa.select(ServiceStore.store_id).where(ServiceStore.service_id == service.id)
    ).all()
    if stores and asked.bill.store_id not in stores:
        raise api.Refused(_("This store does not offer the service."))
    staff = api.db.session.get(Staff, asked.staff_id) if asked.staff_id else None
    price = price_with(service, variant, staff) if staff else price_of(service, variant)
    listed = price.fen
    given = _number(asked.facts, "price_fen")
    if service.pricing == "fixed" or given is None:
        given = listed
    if given is None:
        raise api.Refused(_("Enter the price."))
    if service.pricing == "from" and listed is not None and given < listed:
        raise api.Refused(_("It costs %(price)s at least.", price=api.format_fen(listed)))
    title = f"{service.name} · {variant.name}" if variant.name else service.name
    facts = {
        "variant_id": variant.id,
        "price_fen": None if service.pricing == "fixed" else given,
        "names": _names(service, variant),
    }
    return Described(title, given, facts, variant.id, "services")


def _names(service: Service, variant: Variant) -> dict[str, str]:
    """Return what a service is called in other languages, frozen with the line."""
    locales = {*service.names, *variant.names}
    found = {}
    for locale in locales:
        parts = [service.names.get(locale) or service.name]
        if variant.name:
            parts.append(variant.names.get(locale) or variant.name)
        found[locale] = " · ".join(parts)
    return found


def describe_product(asked: Asked) -> Described:
    """Describe a product that is typed in: `title` and `price_fen` of one."""
    title = str(asked.facts.get("title") or "").strip()[:80]
    price = _number(asked.facts, "price_fen")
    if not title:
        raise api.Refused(_("Enter what it is."))
    if price is None:
        raise api.Refused(_("Enter the price."))
    return Described(title, price, {"title": title, "price_fen": price}, scope="products")


def describe_card_fee(asked: Asked) -> Described:
    """Describe the fee for a lost card: `fee_fen`; no benefit counts for it."""
    fee_fen = _number(asked.facts, "fee_fen")
    if asked.bill.member_id is None or asked.quantity != 1 or not fee_fen:
        raise api.Refused(_("Enter an amount above zero."))
    title, names = name_in_all(_("Fee for a lost card"))
    return Described(title, fee_fen, {"fee_fen": fee_fen, "names": names})


def describe_top_up(asked: Asked) -> Described:
    """Describe a top-up: `amount_fen`, the offer that it reaches, frozen as it is quoted now.

    `tier_id` names another offer, `purse` one of her cards, `over_cap_note` says why a limit
    is passed; who may sets `bonus_fen`.
    """
    if asked.bill.member_id is None:
        raise api.Refused(_("Top-ups and cards need a member."))
    if asked.quantity != 1:
        raise api.Refused(_("There is one top-up on a line."))
    quote = quote_recharge(
        asked.bill.member_id,
        _number(asked.facts, "amount_fen") or 0,
        store_id=asked.bill.store_id,
        on=asked.bill.business_on if asked.bill.late else None,
        purse=asked.facts.get("purse"),
        tier_id=_number(asked.facts, "tier_id"),
    )
    bonus = _number(asked.facts, "bonus_fen")
    if bonus and bonus != quote.bonus_fen:
        if not GIVE_BONUS.held(asked.bill.store_id):
            raise api.Refused(_("You may not set the bonus of a top-up."))
        quote = replace(quote, bonus_fen=bonus)
    title, names = name_in_all(_("Top-up"))
    if quote.tier_id is not None:
        title, names = quote.tier_name, dict(quote.tier_names)
    facts = {
        "amount_fen": quote.amount_fen,
        "bonus_fen": quote.bonus_fen,
        "purse": asked.facts.get("purse"),
        "tier_id": quote.tier_id,
        "over_cap_note": str(asked.facts.get("over_cap_note") or ""),
        "quote": quote.facts(),
        "names": names,
    }
    return Described(title, quote.amount_fen, facts)


def _warn_of_top_up(_bill: Bill, line: Line) -> str:
    return bonus_end_on(line.facts)


def settle_top_up(settling: Settling, line: Line, money: Sequence[Money]) -> list[Taken]:
    """Sell a top-up as it was quoted when it was put on the bill."""
    quote = read_quote(line.facts["quote"])
    if settling.bill.member_id != quote.member_id:
        raise api.Refused(_("The top-up was quoted for another member. Put it on anew."))
    entry = settling.entry("top_up", "top_up", line)
    note = str(line.facts.get("over_cap_note", ""))
    lots = sell_recharge(entry, quote, money, over_cap_note=note, tell=False)
    paid_on = settling.done_on or settling.booked_on
    make_contract(entry.key, settling.bill, line, paid_on.isoformat())
    return [
        Taken(settling.ref(line), lot_id=lot.id, principal_fen=lot.paid, bonus_fen=lot.gift)
        for lot in lots
    ]


def undo_top_up(settling: Settling, line: Line, reason: str) -> None:
    """Take a top-up back with all that came with it."""
    sold = settling.entry("top_up", "top_up", line)
    entry = replace(sold, key=f"{sold.key}:undo", code="reverse", note=reason)
    undo_recharge(entry, sold.key, tell=False)


def read_top_up(form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a member's phone may say of a top-up: how much, and which offer."""
    tier = form.get("tier_id", "")
    fits = tier.isascii() and tier.isdecimal() and len(tier) < 18
    amount_fen = api.parse_fen(form.get("amount", ""))
    return {"amount_fen": amount_fen, "tier_id": int(tier) if fits else None}


KINDS = (
    LineKind("service", "service", _("Service"), describe_service, given=services_given),
    LineKind("product", "product", _("Product"), describe_product),
    LineKind(
        "card_fee",
        "product",
        _("Fee for a lost card"),
        describe_card_fee,
        discountable=False,
        earns=False,
    ),
    LineKind(
        "top_up",
        "recharge",
        _("Top-up"),
        describe_top_up,
        settle_top_up,
        undo_top_up,
        discountable=False,
        online=read_top_up,
        terms=contract_on_phone,
        warn=_warn_of_top_up,
    ),
    *VOUCHERS,
)
