"""Acts of the till that may die at a fail point.

Each act is sent with the same key every time, as a form is that got no answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from plugins.cards.services.contracts import sign_contract
from plugins.cashier.api import lines_of
from plugins.cashier.online import Traded
from plugins.cashier.services.closing.days import close_day
from plugins.cashier.services.closing.drawer import cash_expected
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.statements.taking import take_in
from plugins.cashier.services.vouchers import voucher_tender
from tests.support.till import cash, pay

KEY = "one form"


def pay_with_points(bill_id: int) -> None:
    """Settle a bill of which points pay ¥10."""
    pay(bill_id, cash(90), key=KEY)


def swap(bill_id: int) -> None:
    """Settle the swap of a card for one that costs ¥820 more."""
    pay(bill_id, cash(820), key=KEY)


def pay_owing(bill_id: int) -> None:
    """Pay a part of what is owing for a card."""
    pay(bill_id, cash(400), key=KEY)


def redeem(bill_id: int) -> None:
    """Settle a bill that a voucher pays."""
    (line,) = lines_of(bill_id)
    pay(bill_id, voucher_tender(line), key=KEY, agreed_by=None)


def close(store_id: int) -> None:
    """Close the day of a store, a yuan short."""
    day = today_of(store_id)
    counted = max(cash_expected(store_id, day) - 100, 0)
    close_day(store_id, day, counted_fen=counted, key=KEY, reason="a yuan short", anyway=True)


def reconcile(kind_id: int) -> None:
    """Take a statement in with one trade that agrees and one that does not."""
    day = dt.datetime.now(dt.UTC).date()
    days = (day - dt.timedelta(days=1), day + dt.timedelta(days=1))
    trades = [
        Traded("payment", "42001", 12_800, 77, day),
        Traded("payment", "42009", 900, 5, day),
    ]
    take_in(kind_id, trades, "wechat.csv", days=days)


def sign(card_id: int) -> None:
    """Sign the contract of a card."""
    sign_contract(card_id, "paper")


ACTS: dict[str, Callable[[int], None]] = {
    "points": pay_with_points,
    "swap": swap,
    "part payment": pay_owing,
    "voucher": redeem,
    "day close": close,
    "statement": reconcile,
    "contract": sign,
}
