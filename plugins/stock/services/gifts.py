"""The gifts shelf: points become a gift, which the member picks up in a store."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.api import DEDUCT_ALONE, today_of
from plugins.ledger.api import Entry, heir_of, spend_points
from plugins.membership.api import (
    Member,
    give_back_for,
    points_of,
    require_active,
    tell_of_points,
    use_code,
)
from plugins.stock.models import Gift, Level, Pickup, Product
from plugins.stock.services.moving import move_stock

#: What is not mistaken when it is read aloud.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#: A gift that ended so does not count as had.
GIVEN_BACK = ("cancelled", "lapsed")
GROUP = _("Gifts")
PICKUP_DAYS = api.Setting(
    "stock.pickup_days",
    _("Days to pick a gift up"),
    0,
    help=_("0: it waits for ever. What was taken before keeps what held then."),
    least=0,
    most=365,
    per_store=True,
    group=GROUP,
)
LAPSING = api.Setting(
    "stock.lapsed_points",
    _("Points of a gift that was not picked up"),
    "back",
    choices=(("back", _("They go back to her")), ("spent", _("They stay spent"))),
    per_store=True,
    group=GROUP,
)
PICKUPS, MINE = "/console/stock/pickups/", "/stock/mine"


def on_shelf(today: dt.date) -> sa.ColumnElement[bool]:
    """Return the condition that a gift can be had on a day."""
    return sa.and_(
        Gift.on_shelf,
        sa.or_(Gift.from_on.is_(None), Gift.from_on <= today),
        sa.or_(Gift.until_on.is_(None), Gift.until_on >= today),
    )


def gifts_on(today: dt.date) -> Sequence[Gift]:
    """Return the gifts of a day, the cheapest of a position first."""
    wanted = sa.select(Gift).join(Product, Product.id == Gift.product_id)
    wanted = wanted.where(on_shelf(today), Product.in_use)
    return api.db.session.scalars(wanted.order_by(Gift.place, Gift.points, Gift.id)).all()


def stores_with(product_ids: Sequence[int]) -> dict[int, list[Level]]:
    """Return by product where some of it is left, in open stores."""
    wanted = (
        sa.select(Level)
        .join(api.Store, api.Store.id == Level.store_id)
        .where(Level.product_id.in_(product_ids), Level.on_hand > 0)
        .order_by(Level.store_id)
    )
    found: dict[int, list[Level]] = {}
    for level in api.db.session.scalars(wanted):
        if not level.store.closed:
            found.setdefault(level.product_id, []).append(level)
    return found


def taken_by(member_id: int) -> dict[int, int]:
    """Return how many of each gift a member took and did not give back."""
    rows = api.db.session.execute(
        sa.select(Pickup.gift_id, sa.func.count())
        .where(Pickup.member_id == heir_of(member_id), Pickup.state.not_in(GIVEN_BACK))
        .group_by(Pickup.gift_id)
    )
    return {gift_id: int(count) for gift_id, count in rows}


@api.unit
def exchange(
    gift_id: int, member_id: int, store_id: int, *, key: str, code: str | None = None
) -> Pickup:
    """Take points for a gift that lies in a store, and note that she picks it up there.

    *code* is how she agreed when staff do it: her member code, or "" for staff only; None is
    herself. The same key exchanges once. Refused, with nothing taken, when points or pieces are
    missing, the gift is not on the shelf, or she has had as many as she may.
    """
    gift = _lock_gift(gift_id)
    known = api.db.session.scalar(sa.select(Pickup).where(Pickup.key == key))
    if known is not None:
        return _same(known, gift_id, member_id)
    member_id = heir_of(member_id)
    store = api.db.session.get(api.Store, store_id)
    if store is None or store.closed:
        raise api.NotFound(_("There is no such store."))
    require_active(member_id)
    _check(gift, member_id, today_of(store_id))
    agreed_by = None if code is None else _agree(code, member_id, store_id)
    entry = Entry(
        key=gift_key(key),
        code="exchange_gift",
        asked=[gift_id, member_id, store_id],
        store_id=store_id,
        agreed_by=agreed_by,
        note=gift.product.name,
    )
    spend_points(entry, member_id, gift.points)
    move_stock(gift.product_id, store_id, -1, "gift", key=entry.key, must_have=True)
    pickup = Pickup(
        key=key,
        code="".join(secrets.choice(LETTERS) for _place in range(8)),
        gift_id=gift.id,
        product_id=gift.product_id,
        member_id=member_id,
        store_id=store_id,
        points=gift.points,
        state="waiting",
        until_on=last_day(store_id),
        points_back=LAPSING.get(store_id) == "back",
        asked_at=api.now(),
        asked_by=api.actor().user_id,
    )
    api.db.session.add(pickup)
    api.db.session.flush()
    tell(pickup, -gift.points, _("gift %(gift)s", gift=gift.product.name))
    record(pickup, "exchanged", _("Exchanged points for a gift"))
    return pickup


def last_day(store_id: int) -> dt.date | None:
    """Return the last day on which a gift that is taken now is kept; None where it is for ever."""
    days = PICKUP_DAYS.get(store_id)
    return today_of(store_id) + dt.timedelta(days=days) if days else None


def gift_key(key: str) -> str:
    """Return the key of the journal and movement of an exchange."""
    return f"stock.gift:{key}"


def _lock_gift(gift_id: int) -> Gift:
    gift = api.db.session.get(Gift, gift_id, with_for_update={"of": Gift}, populate_existing=True)
    if gift is None:
        raise api.NotFound(_("There is no such gift."))
    return gift


def _same(known: Pickup, gift_id: int, member_id: int) -> Pickup:
    if (known.gift_id, known.member_id) != (gift_id, heir_of(member_id)):
        raise api.Conflict(_("This form was sent before with other contents. Load the page again."))
    return known


def _check(gift: Gift, member_id: int, today: dt.date) -> None:
    from_on, until_on = gift.from_on or today, gift.until_on or today
    if not (gift.on_shelf and gift.product.in_use and from_on <= today <= until_on):
        raise api.Refused(_("This gift is not on the shelf now."))
    most = gift.per_member
    if most is not None and taken_by(member_id).get(gift.id, 0) >= most:
        raise api.Refused(_("Of this gift each member can have %(most)s.", most=most))
    missing = gift.points - points_of(member_id)
    if missing > 0:
        raise api.Refused(_("%(points)s points are missing.", points=f"{missing:,}"))


def _agree(code: str, member_id: int, store_id: int) -> str:
    if not code:
        if not DEDUCT_ALONE.held(store_id):
            raise api.Refused(_("Ask the member for her code: something is taken from her."))
        return "staff_only"
    if use_code(code, f"gift:{member_id}") != member_id:
        raise api.Refused(_("This code is another member's."))
    return "code"


@api.unit
def hand_over(pickup_id: int) -> Pickup:
    """Note that a member has her gift."""
    pickup = lock_pickup(pickup_id)
    end_pickup(pickup, "handed")
    record(pickup, "handed_over", _("Handed a gift over"))
    return pickup


@api.unit
def cancel(pickup_id: int, reason: str) -> Pickup:
    """Take a gift back onto the shelf that was not picked up; its points are hers again."""
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    pickup = lock_pickup(pickup_id)
    end_pickup(pickup, "cancelled", reason)
    key = f"{gift_key(pickup.key)}:cancelled"
    entry = Entry(key=key, code="gift_back", store_id=pickup.store_id, note=reason)
    give_back_for(entry, pickup.member_id, gift_key(pickup.key), pickup.points)
    store_id = pickup.store_id
    move_stock(pickup.product_id, store_id, 1, "gift", key=key, reason=reason)
    what = _("gift %(gift)s cancelled", gift=pickup.product.name)
    tell(pickup, pickup.points, what, key)
    record(pickup, "gift_cancelled", _("Cancelled a gift"), reason)
    return pickup


def lock_pickup(pickup_id: int) -> Pickup:
    """Return a gift that was taken, locked until the unit ends."""
    pickup = api.db.session.get(
        Pickup, pickup_id, with_for_update={"of": Pickup}, populate_existing=True
    )
    if pickup is None:
        raise api.NotFound(_("There is no such gift."))
    return pickup


def end_pickup(pickup: Pickup, state: str, reason: str = "") -> None:
    """Note how a gift that waited ended; `Conflict` when it waits no longer."""
    if pickup.state != "waiting":
        raise api.Conflict(_("This gift was handed over or cancelled before."))
    pickup.state, pickup.reason = state, reason
    pickup.ended_at, pickup.ended_by = api.now(), api.actor().user_id
    pickup.version += 1


def tell(pickup: Pickup, change: int, what: Any, key: str = "") -> None:
    """Tell a member how her points changed by a gift."""
    tell_of_points(
        pickup.member_id,
        [change],
        what,
        key=f"{key or gift_key(pickup.key)}:told",
        store_id=pickup.store_id,
        url=MINE,
    )


def record(pickup: Pickup, act: str, title: Any, reason: str = "") -> None:
    """Write in the audit trail what became of a gift."""
    said = f"{pickup.product.name} · {pickup.points:,}" + (f" · {reason}" if reason else "")
    api.record_audit(f"stock.{act}", pickup, note=said, store_id=pickup.store_id, title=title)


def pickups_of(member_id: int, most: int = 20) -> Sequence[Pickup]:
    """Return the gifts of a member, those to be picked up first, then the latest."""
    hers = sa.select(Pickup).where(Pickup.member_id == heir_of(member_id))
    order = (Pickup.state != "waiting", Pickup.id.desc())
    return api.db.session.scalars(hers.order_by(*order).limit(most)).all()


def pickup_by_code(code: str) -> Pickup | None:
    """Return the gift that a pick-up code stands for."""
    return api.db.session.scalar(sa.select(Pickup).where(Pickup.code == code.upper()))


def member_of(member_id: int) -> Member:
    """Return the file of a member."""
    return api.db.session.get_one(Member, heir_of(member_id))
