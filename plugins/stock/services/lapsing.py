"""Gifts that nobody picks up: the member is told in time, then the piece is on the shelf again."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.api import today_of
from plugins.ledger.api import Entry
from plugins.membership.api import give_back_for
from plugins.messages.api import MessageKind, send_message
from plugins.stock.models import Pickup
from plugins.stock.services.gifts import MINE, end_pickup, gift_key, lock_pickup, record, tell
from plugins.stock.services.moving import move_stock

#: So many days before the last one a member is told.
NOTICE = 3
WAITS = MessageKind(
    "stock.gift_waits",
    _("Your gift waits for you"),
    _("%(name)s, %(gift)s waits for you at %(store)s until %(until)s. Your code: %(code)s."),
    by_day=True,
)
LAPSED = MessageKind(
    "stock.gift_lapsed",
    _("Your gift was not picked up"),
    _(
        "%(name)s, %(gift)s was to be picked up at %(store)s until %(until)s and is no longer kept "
        "for you. Its %(points)s points stay spent."
    ),
    by_day=True,
)


def lapse_pickups() -> None:
    """Let gifts lapse whose last day is over, and remind of those that soon do; may be repeated."""
    last = api.now().date() + dt.timedelta(days=NOTICE + 1)
    wanted = sa.select(Pickup.id).where(Pickup.state == "waiting", Pickup.until_on <= last)
    for number in api.db.session.scalars(wanted.order_by(Pickup.id)).all():
        lapse(number)
        remind(number)


@api.unit
def lapse(pickup_id: int) -> None:
    """End a gift whose last day is over: its piece is back, and by its terms its points as well."""
    pickup = lock_pickup(pickup_id)
    today = today_of(pickup.store_id)
    if pickup.state != "waiting" or pickup.until_on is None or pickup.until_on >= today:
        return
    end_pickup(pickup, "lapsed")
    key, gift = f"{gift_key(pickup.key)}:lapsed", pickup.product.name
    move_stock(pickup.product_id, pickup.store_id, 1, "gift", key=key)
    if pickup.points_back:
        entry = Entry(key=key, code="gift_back", store_id=pickup.store_id)
        give_back_for(entry, pickup.member_id, gift_key(pickup.key), pickup.points)
        tell(pickup, pickup.points, _("gift %(gift)s not picked up", gift=gift), key)
    else:
        _send(pickup, LAPSED, key)
    record(pickup, "gift_lapsed", _("A gift was not picked up"))


@api.unit
def remind(pickup_id: int) -> None:
    """Tell a member, once, that her gift waits only a few days more."""
    pickup = lock_pickup(pickup_id)
    if pickup.state != "waiting" or pickup.until_on is None:
        return
    if (pickup.until_on - today_of(pickup.store_id)).days <= NOTICE:
        _send(pickup, WAITS, f"{gift_key(pickup.key)}:waits")


def _send(pickup: Pickup, kind: MessageKind, key: str) -> None:
    facts = {
        "gift": pickup.product.name,
        "store": pickup.store.name,
        "until": pickup.until_on.isoformat() if pickup.until_on else "",
        "code": pickup.code,
        "points": f"{pickup.points:,}",
    }
    send_message(
        pickup.member_id, kind, facts, url=MINE, key=f"{key}:told", store_id=pickup.store_id
    )
