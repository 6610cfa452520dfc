"""How much cheaper who acts may make things by hand, and what becomes of it when there are more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import BY_HAND, Bill, Discount, Line
from plugins.cashier.permissions import (
    CHANGE_FREELY,
    CHANGE_PRICES,
    GIVE_FREE,
    GIVE_FREELY,
)
from plugins.cashier.services.quoting import refresh

CHANGE_MOST = api.Setting(
    "cashier.change_most",
    _("Most that a price may be lowered by hand, in percent"),
    30,
    help=_("Who may change prices without a limit is not bound by it."),
    least=0,
    most=100,
    per_store=True,
)
GIFTS_MOST = api.Setting(
    "cashier.gifts_most_fen",
    _("Most that one person may give free in a day"),
    50_000,
    help=_("Who may give things free without a limit is not bound by it."),
    least=0,
    per_store=True,
)


def require_change_right(store_id: int) -> None:
    """Raise `Refused` unless who acts may change prices."""
    if not CHANGE_PRICES.held(store_id):
        raise api.Refused(_("You may not change prices."))


def require_gift_right(store_id: int) -> None:
    """Raise `Refused` unless who acts may give things free."""
    if not GIVE_FREE.held(store_id):
        raise api.Refused(_("You may not give things free."))


def check_change(store_id: int, before_fen: int, price_fen: int) -> None:
    """Raise `Refused` when a price is lowered by more than this person may."""
    least = before_fen - before_fen * CHANGE_MOST.get(store_id) // 100
    if price_fen < least and not CHANGE_FREELY.held(store_id):
        raise api.Refused(
            _("You may lower this price to %(least)s at most.", least=api.format_fen(least))
        )


def check_gift(store_id: int, more_fen: int) -> None:
    """Raise `Refused` when this person would give away more in a day than she may."""
    if GIVE_FREELY.held(store_id):
        return
    api.lock("cashier.gifts", api.actor().user_id or 0)  # of two at once the second counts both
    rest = max(0, GIFTS_MOST.get(store_id) - given_today(store_id))
    if more_fen > rest:
        raise api.Refused(_("You may give away %(rest)s more today.", rest=api.format_fen(rest)))


def given_today(store_id: int) -> int:
    """Return what who acts has given free in a store today, on bills of whatever day, in fen."""
    store = api.db.session.get_one(api.Store, store_id)
    zone, cut_off = store.time_zone, store.cut_off_minutes
    today = api.business_day(api.now(), zone, cut_off)
    given = (
        sa.select(Discount.at, Discount.amount_fen)
        .join(Line, Line.id == Discount.line_id)
        .join(Bill, Bill.id == Line.bill_id)
        .where(Discount.step == "gift", Discount.by_user == api.actor().user_id)
        .where(Discount.at > api.now() - dt.timedelta(days=2))
        .where(Bill.store_id == store_id, Bill.state != "void")
    )
    rows = api.db.session.execute(given)
    return sum(fen for at, fen in rows if api.business_day(at, zone, cut_off) == today)


def keep_in_proportion(bill: Bill, line: Line, before_fen: int) -> None:
    """Let what was changed by hand follow a list price that was *before_fen*; in a unit.

    Where more is given away than before, who acts has to have the right to.
    """
    if line.list_fen == before_fen:
        refresh(bill)
        return
    more: dict[str, int] = {}
    for discount in _by_hand(line.id):
        new = discount.amount_fen * line.list_fen // before_fen if before_fen else 0
        more[discount.step] = new - discount.amount_fen
        if discount.step == "gift" and new > discount.amount_fen:
            require_gift_right(bill.store_id)
            check_gift(bill.store_id, more["gift"])
        discount.amount_fen = new
    steps = refresh(bill).line(line.id).steps
    if more.get("price_change", 0) > 0:
        require_change_right(bill.store_id)
        off = sum(step.amount_fen for step in steps if step.step == "price_change")
        rounded = sum(step.amount_fen for step in steps if step.step == "rounding")
        check_change(bill.store_id, line.due_fen + rounded + off, line.due_fen + rounded)


def _by_hand(line_id: int) -> Iterator[Discount]:
    wanted = sa.select(Discount).where(Discount.line_id == line_id, Discount.step.in_(BY_HAND))
    yield from api.db.session.scalars(wanted).all()
