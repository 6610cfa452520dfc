"""The kinds of lines that are there from the start: services, products, top-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Line
from plugins.cashier.offers import Asked, Described, LineKind, Settling, Taken
from plugins.cashier.permissions import GIVE_BONUS
from plugins.ledger.api import Tender as Money
from plugins.ledger.api import Terms, issue_lots
from plugins.salon.api import Service, ServiceStore, Staff, Variant, price_of, price_with


def _number(facts: Mapping[str, Any], name: str) -> int | None:
    value = facts.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def describe_service(asked: Asked) -> Described:
    """Describe a service: `variant_id`, and `price_fen` where its price is open."""
    variant = api.db.session.get(Variant, _number(asked.facts, "variant_id") or 0)
    service = api.db.session.get(Service, variant.service_id) if variant else None
    if variant is None or service is None or not service.on_sale:
        raise api.NotFound(_("There is no such service."))
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


def describe_top_up(asked: Asked) -> Described:
    """Describe a plain top-up: `amount_fen`, and a `bonus_fen` set by who may."""
    if asked.bill.member_id is None:
        raise api.Refused(_("Top-ups and cards need a member."))
    amount = _number(asked.facts, "amount_fen") or 0
    bonus = _number(asked.facts, "bonus_fen") or 0
    if amount <= 0 or bonus < 0 or asked.quantity != 1:
        raise api.Refused(_("Enter an amount above zero."))
    if bonus and not GIVE_BONUS.held(asked.bill.store_id):
        raise api.Refused(_("You may not set the bonus of a top-up."))
    title = api.gettext("Top-up")
    return Described(title, amount, {"amount_fen": amount, "bonus_fen": bonus})


def settle_top_up(settling: Settling, line: Line, money: Sequence[Money]) -> list[Taken]:
    """Issue the lot of a top-up."""
    member_id = settling.bill.member_id
    if member_id is None:
        raise api.Refused(_("Top-ups and cards need a member."))
    bonus = int(line.facts.get("bonus_fen", 0))
    terms = Terms(price_fen=line.due_fen, paid=line.list_fen, gift=bonus)
    lots = issue_lots(settling.entry("top_up", "top_up", line), member_id, [terms], money)
    return [
        Taken(settling.ref(line), lot_id=lot.id, principal_fen=lot.paid, bonus_fen=lot.gift)
        for lot in lots
    ]


KINDS = (
    LineKind("service", "service", _("Service"), describe_service),
    LineKind("product", "product", _("Product"), describe_product),
    LineKind("top_up", "recharge", _("Top-up"), describe_top_up, settle_top_up, discountable=False),
)
