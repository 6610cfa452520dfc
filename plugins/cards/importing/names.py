"""What the names of old cards may mean: an item of a product, a pass, or a product to be made."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Product
from plugins.cards.permissions import EDIT_PRODUCTS
from plugins.cards.services.taking_in import items_to_become
from plugins.salon.api import Service

ITEM, PASS, NEW = "item:", "pass:", "service:"


def choices_of(_run: api.ImportRun) -> Sequence[tuple[str, object]]:
    """Return what a card may become: items, passes, and new products for one service."""
    items = [(f"{ITEM}{number}", title) for number, title in items_to_become()]
    passes = [(f"{PASS}{one.id}", one.shown_name) for one in _products("pass")]
    if not EDIT_PRODUCTS.held():
        return [*items, *passes]
    fresh = [
        (f"{NEW}{one.id}", _("New card product of this name for %(service)s", service=one.name))
        for one in _services()
    ]
    return [*items, *passes, *fresh]


def match(_run: api.ImportRun, names: Sequence[str]) -> Mapping[str, str]:
    """Match names by product, by item, then by the service whose name is in them."""
    known = _known()
    may_make = EDIT_PRODUCTS.held()
    services = {_fold(one.name): f"{NEW}{one.id}" for one in _services()} if may_make else {}
    return {name: known.get(_fold(name), "") or _within(_fold(name), services) for name in names}


def _fold(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _known() -> dict[str, str]:
    """Return the meanings of names; what means two things means none."""
    found: dict[str, str] = {}

    def add(name: str, meaning: str) -> None:
        if name:
            folded = _fold(name)
            found[folded] = meaning if found.get(folded, meaning) == meaning else ""

    for product in _products("pass"):
        add(product.name, f"{PASS}{product.id}")
    for product in _products("sessions", "package"):
        if len(product.items) == 1:
            add(product.name, f"{ITEM}{product.items[0].id}")
        for item in product.items:
            add(item.name, f"{ITEM}{item.id}")
            if len(product.items) > 1:
                for service in item.services:
                    add(f"{product.name}{service.name}", f"{ITEM}{item.id}")
    return found


def _within(name: str, services: Mapping[str, str]) -> str:
    """Return the meaning of the longest service whose name is part of a card's name."""
    inside = [known for known in services if known and known in name]
    return services[max(inside, key=len)] if inside else ""


def _products(*kinds: str) -> Sequence[Product]:
    rows = sa.select(Product).where(Product.kind.in_(kinds)).order_by(Product.place, Product.id)
    return api.db.session.scalars(rows).all()


def _services() -> Sequence[Service]:
    return api.db.session.scalars(sa.select(Service).order_by(Service.id)).all()


NAMINGS = (
    api.Naming(
        field="card_name",
        nothing=_("Decide first: these rows wait"),
        choices=choices_of,
        match=match,
    ),
)
