"""What the demo shows of closing: a float, a shift handed over, two closed days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.permissions import CLOSE_DAYS, SEE_REPORTS
from plugins.cashier.services.closing.days import close_day
from plugins.cashier.services.closing.drawer import cash_expected, move_cash
from plugins.cashier.services.closing.shifts import hand_over_shift
from plugins.cashier.services.numbers import today_of

FLOAT_FEN, SHORT_FEN = 50_000, 1_000
CLOSED_DAYS = 2


@api.unit
def close_days() -> None:
    """Close the last two days in every store, after all other parts of the demo."""
    stores = api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)).all()
    for place, store in enumerate(one for one in stores if not one.closed):
        with api.at_moment(_evening(store, CLOSED_DAYS + 1)), api.demo_person(store.id, CLOSE_DAYS):
            move_cash(store.id, "float", FLOAT_FEN, key=f"demo:float:{store.id}")
        for ago in range(CLOSED_DAYS, 0, -1):
            with api.at_moment(_evening(store, ago)), api.demo_person(store.id, CLOSE_DAYS):
                _close(store.id, f"demo:{store.id}:{ago}", place if ago == 1 else None)


def _evening(store: api.Store, ago: int) -> dt.datetime:
    """Return ten to midnight of a past day in a store."""
    day = api.today(store.time_zone) - dt.timedelta(days=ago)
    return dt.datetime.combine(day, dt.time(23, 50), ZoneInfo(store.time_zone))


def _close(store_id: int, key: str, place: int | None) -> None:
    """Close a day; yesterday has a shift in the first store, and a short count in the second."""
    day = today_of(store_id)
    expected = cash_expected(store_id, day)
    if place == 0:
        note = api.gettext("Shampoo is running out; two parcels came")
        hand_over_shift(store_id, counted_fen=expected, key=f"{key}:shift", note=note)
    short = SHORT_FEN if place == 1 and expected >= SHORT_FEN else 0
    close_day(
        store_id,
        day,
        counted_fen=expected - short,
        key=f"{key}:close",
        reason=api.gettext("Gave wrong change") if short else "",
        anyway=True,
    )


TOUR = (
    api.TourStop(
        "tie_out",
        _("See that orders, ledger and reports agree"),
        "/console/cashier/tie_out/",
        SEE_REPORTS,
        3.2,
    ),
)
