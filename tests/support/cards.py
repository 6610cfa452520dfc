"""Makers of card products, cards and uses for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from console import api
from plugins.cards.api import Card, CardUse, sell_card, use_session
from plugins.cards.models import Item, Product
from plugins.ledger import api as ledger
from plugins.membership.api import Member
from plugins.salon.api import Service
from tests.support.membership import join
from tests.support.salon import add_service, add_store

_keys = count(1)


@dataclass
class Shop:
    """A store with a member and a service of ¥128."""

    store: api.Store
    member: Member
    scalp: Service

    @property
    def variant_id(self) -> int:
        """The only variant of the service."""
        return self.scalp.variants[0].id


def open_shop(time_zone: str = "Asia/Shanghai") -> Shop:
    """Add a store, a member and a service of ¥128."""
    store = add_store("福田店", time_zone)
    return Shop(store, join(store=store.id), add_service("头皮护理", price_fen=12_800))


def item(services: Service | Sequence[Service], sessions: int = 0, **more: Any) -> Item:
    """Make an item of a product."""
    some = [services] if isinstance(services, Service) else list(services)
    return Item(services=some, sessions=sessions, **{"name": "", **more})


@api.unit
def add_product(
    name: str, price_fen: int, *items: Item, kind: str = "sessions", **more: Any
) -> Product:
    """Add a card product."""
    with api.db.session.no_autoflush:
        product = Product(name=name, price_fen=price_fen, kind=kind, **more)
        for place, one in enumerate(items):
            one.place = place
            product.items.append(one)
        api.db.session.add(product)
        api.db.session.flush()
    return product


def entry(shop: Shop, code: str = "card_sale", **more: Any) -> ledger.Entry:
    """Make an entry of the shop under a key of its own, unless one is given."""
    told = {"key": f"cards-test:{next(_keys)}", "code": code, "store_id": shop.store.id}
    return ledger.Entry(**{**told, **more})


def sell(shop: Shop, product: Product, paid_fen: int | None = None, **more: Any) -> Card:
    """Sell a card for cash, paid in full unless *paid_fen* is less."""
    head = entry(shop, **more)
    fen = product.price_fen if paid_fen is None else paid_fen
    cash = ledger.salon("cash", shop.store.id)
    tenders = [ledger.Tender(cash, fen, f"{head.key}:paid")] if fen else []
    return sell_card(head, shop.member.id, product.id, tenders)


def use(shop: Shop, card: Card, place: int = 0, **more: Any) -> CardUse:
    """Use a session of a part of a card for its first service."""
    part = card.parts[place]
    variant_id = more.pop("variant_id", None) or part.services[0].variants[0].id
    names = ("staff_id", "supplement_fen", "person_id")
    told = {name: more.pop(name) for name in names if name in more}
    head = entry(shop, "use_session", **{"agreed_by": "code", **more})
    return use_session(head, part.id, variant_id, **told)


@contextmanager
def refused(words: str) -> Iterator[None]:
    """Expect a refusal that says, in English, *words* among others."""
    with pytest.raises(api.Refused) as told:
        yield
    with api.speaking("en"):
        assert words in str(told.value)
