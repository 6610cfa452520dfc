"""Moving stock: the one function by which pieces come and go."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.api import today_of
from plugins.stock.models import Level, Movement, Product
from plugins.stock.permissions import BOOK_STOCK

BELOW_ZERO = api.Setting(
    "stock.below_zero",
    _("Selling more than is in stock"),
    "warn",
    choices=(("warn", _("Allowed, with a warning")), ("forbid", _("Not allowed"))),
    per_store=True,
)
LEVELS = "/console/stock/levels/"


@api.unit
def move_stock(
    product_id: int,
    store_id: int,
    quantity: int,
    kind: str,
    *,
    key: str,
    reason: str = "",
    line_id: int | None = None,
    other_store_id: int | None = None,
    must_have: bool = False,
) -> Movement:
    """Let pieces come (or go, below zero) and return the movement; the same key moves once.

    Where the store forbids to go below zero, and with *must_have* anywhere, more than is there
    is `Refused`.
    """
    level = lock_level(product_id, store_id)
    known = api.db.session.scalar(sa.select(Movement).where(Movement.key == key))
    if known is not None:
        return known
    after = level.on_hand + quantity
    if quantity < 0 and after < 0 and (must_have or BELOW_ZERO.get(store_id) == "forbid"):
        raise api.Refused(
            _(
                "Of %(product)s %(left)s are left at %(store)s.",
                product=level.product.name,
                left=max(level.on_hand, 0),
                store=level.store.name,
            )
        )
    movement = Movement(
        key=key,
        product_id=product_id,
        store_id=store_id,
        kind=kind,
        quantity=quantity,
        after=after,
        at=api.now(),
        booked_on=today_of(store_id),
        by=api.actor().user_id,
        reason=reason[:200],
        line_id=line_id,
        other_store_id=other_store_id,
    )
    api.db.session.add(movement)
    level.on_hand = after
    watch_level(level)
    api.db.session.flush()
    return movement


def lock_level(product_id: int, store_id: int) -> Level:
    """Lock what is left of a product in a store, in the running unit; there may be none yet."""
    wanted = sa.select(Level).where(Level.product_id == product_id, Level.store_id == store_id)
    wanted = wanted.with_for_update().execution_options(populate_existing=True)
    level = api.db.session.scalar(wanted)
    if level is None:
        if api.db.session.get(Product, product_id) is None:
            raise api.NotFound(_("There is no such product."))
        add_levels([product_id], [store_id])
        level = api.db.session.scalars(wanted).one()
    return level


def add_levels(product_ids: list[int], store_ids: list[int]) -> None:
    """Let stores know products that they have none of, in the running unit."""
    for product_id in product_ids:
        for store_id in store_ids:
            made = api.insert_into(Level).values(product_id=product_id, store_id=store_id)
            api.db.session.execute(made.on_conflict_do_nothing())


def watch_level(level: Level) -> None:
    """Mark a level that runs low, and tell whoever books stock once, until it is filled up."""
    low = level.on_hand < level.least
    if low == level.low:
        return
    level.low = low
    key = f"stock.low:{level.product_id}:{level.store_id}"
    if not low:
        api.settle_notice(key)
        return
    api.notify(
        _(
            "%(product)s is running low: %(left)s left at %(store)s",
            product=level.product.name,
            left=level.on_hand,
            store=level.store.name,
        ),
        url=f"{LEVELS}?f.low.eq=1&f.store_id.eq={level.store_id}",
        store_id=level.store_id,
        permission=BOOK_STOCK,
        todo=True,
        key=key,
    )


def levels_in(store_id: int) -> dict[int, Level]:
    """Return what is left in a store, by product; one question for a whole page."""

    def ask() -> dict[int, Level]:
        rows = api.db.session.scalars(sa.select(Level).where(Level.store_id == store_id))
        return {level.product_id: level for level in rows}

    return api.read_once(("stock.levels", store_id), ask)


def left_in(store_id: int, product_id: int) -> int:
    """Return how many pieces of a product are left in a store."""
    level = levels_in(store_id).get(product_id)
    return level.on_hand if level is not None else 0
