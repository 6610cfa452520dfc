"""What staff book: deliveries, salon use, losses, transfers and stock-takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.stock.models import Level, Movement, Product
from plugins.stock.services.moving import lock_level, move_stock

MOST = 100_000


@dataclass(frozen=True)
class Counted:
    """What was counted of a product, and what stood on the screen when it was."""

    found: int
    seen: int


def products_for(act: str) -> Sequence[Product]:
    """Return the products that an act may name, those of its own kind first."""
    first = "salon" if act == "use" else "retail"
    wanted = sa.select(Product).where(Product.in_use)
    if act == "use":
        wanted = wanted.where(Product.purpose != "gift")
    return api.db.session.scalars(
        wanted.order_by(Product.purpose != first, Product.purpose, Product.place, Product.id)
    ).all()


@api.unit
def deliver(store_id: int, pieces: Mapping[int, int], *, note: str = "", key: str) -> int:
    """Take in what was delivered; return how many products it was."""
    return _move_all(store_id, pieces, "delivery", 1, note, key)


@api.unit
def use_goods(store_id: int, pieces: Mapping[int, int], *, note: str = "", key: str) -> int:
    """Take products off the shelf for use on guests; it is never revenue."""
    return _move_all(store_id, pieces, "use", -1, note, key)


@api.unit
def write_off(store_id: int, pieces: Mapping[int, int], *, note: str, key: str) -> int:
    """Take off what broke or expired, and say why."""
    _require_reason(note)
    return _move_all(store_id, pieces, "loss", -1, note, key)


@api.unit
def transfer(
    store_id: int, other_id: int, pieces: Mapping[int, int], *, note: str = "", key: str
) -> int:
    """Send products to another store: they leave here and are there at once."""
    if other_id == store_id:
        raise api.Refused(_("Choose another store."))
    for product_id, count in _read(pieces):
        for here, there, sign in ((store_id, other_id, -1), (other_id, store_id, 1)):
            move_stock(
                product_id,
                here,
                sign * count,
                "transfer",
                key=f"{key}:{product_id}:{here}",
                reason=note,
                other_store_id=there,
            )
    _record(store_id, "transfer", pieces, note)
    return len(pieces)


@api.unit
def count_stock(store_id: int, counts: Mapping[int, Counted], *, note: str, key: str) -> int:
    """Set a store's stock to what was counted; return how many products differed.

    What was never counted before is opened by it. A product that moved while it was counted is
    refused (409): the figure may stand for before or after.
    """
    differing: dict[int, int] = {}
    for product_id, counted in sorted(counts.items()):
        _check(counted.found, least=0)
        level = lock_level(product_id, store_id)
        if _is_known(f"{key}:{product_id}"):
            continue
        if level.on_hand != counted.seen:
            raise api.Conflict(
                _("%(product)s moved meanwhile. Count it again.", product=level.product.name)
            )
        if _is_new(level):
            _open(level, counted.found, f"{key}:{product_id}", note)
        elif counted.found != level.on_hand:
            differing[product_id] = counted.found - level.on_hand
    if differing:
        _require_reason(note)
    for product_id, missing in differing.items():
        move_stock(product_id, store_id, missing, "count", key=f"{key}:{product_id}", reason=note)
    _record(store_id, "count", differing, note)
    return len(differing)


def _open(level: Level, found: int, key: str, note: str) -> None:
    move_stock(level.product_id, level.store_id, found, "opening", key=key, reason=note)


def _is_new(level: Level) -> bool:
    moved = sa.select(Movement.id).where(
        Movement.product_id == level.product_id, Movement.store_id == level.store_id
    )
    return api.db.session.scalar(moved.limit(1)) is None


def _is_known(key: str) -> bool:
    return api.db.session.scalar(sa.select(Movement.id).where(Movement.key == key)) is not None


def _move_all(
    store_id: int, pieces: Mapping[int, int], kind: str, sign: int, note: str, key: str
) -> int:
    for product_id, count in _read(pieces):
        one = f"{key}:{product_id}"
        move_stock(product_id, store_id, sign * count, kind, key=one, reason=note)
    _record(store_id, kind, pieces, note)
    return len(pieces)


def _read(pieces: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return products and pieces in the order in which levels are locked."""
    if not pieces:
        raise api.Refused(_("Enter how many pieces."))
    for count in pieces.values():
        _check(count, least=1)
    return sorted(pieces.items())


def _check(count: int, *, least: int) -> None:
    if not least <= count <= MOST:
        raise api.Refused(_("Enter a number from %(least)s to %(most)s.", least=least, most=MOST))


def _require_reason(note: str) -> None:
    if not note.strip():
        raise api.Refused(_("Say why."))


def _record(store_id: int, kind: str, pieces: Mapping[int, int], note: str) -> None:
    if pieces:
        told = {"kind": kind, "pieces": {str(number): some for number, some in pieces.items()}}
        api.record_audit(
            f"stock.{kind}", after=told, note=note[:200], store_id=store_id, title=TITLES[kind]
        )


TITLES = {
    "delivery": _("Took in a delivery"),
    "use": _("Took products for salon use"),
    "loss": _("Wrote products off"),
    "transfer": _("Sent products to another store"),
    "count": _("Counted the stock"),
}
