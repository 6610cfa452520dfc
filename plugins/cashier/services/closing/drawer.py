"""The cash drawer: what the books say is in it, and what is put in or taken out."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import CashMove
from plugins.cashier.services.days import next_open_day
from plugins.cashier.services.numbers import lock_counter, today_of
from plugins.ledger.api import Account, Entry, Journal, Leg, Move, post, reverse, salon

FLOAT = api.Setting(
    "cashier.float",
    _("Change that stays in the drawer overnight, in fen"),
    50_000,
    least=0,
    per_store=True,
)
MOST_FEN = 100_000_000


def cash_expected(store_id: int, day: dt.date | None = None) -> int:
    """Return what a store's drawer holds by the books, now or at the end of a business day."""
    account = sa.select(Account.id, Account.debits - Account.credits).where(
        Account.owner == "store", Account.owner_id == store_id, Account.kind == "cash"
    )
    row = api.db.session.execute(account).one_or_none()
    if row is None:
        return 0
    number, now = row
    return int(now) - (moved_after(number, store_id, day) if day else 0)


def moved_after(account_id: int, store_id: int, day: dt.date) -> int:
    """Return what came into an account on later days than *day*, less what went out."""
    signed = sa.case((Leg.debit_id == account_id, Leg.amount), else_=-Leg.amount)
    later = (
        sa.select(sa.func.sum(signed))
        .join(Journal, Journal.id == Leg.journal_id)
        .where(Journal.store_id == store_id, Journal.business_on > day)
        .where(sa.or_(Leg.debit_id == account_id, Leg.credit_id == account_id))
    )
    return int(api.db.session.scalar(later) or 0)


@api.unit
def move_cash(store_id: int, kind: str, amount_fen: int, *, key: str, note: str = "") -> CashMove:
    """Put change into a drawer ("float"), or take cash out for the bank ("bank"), once by key."""
    day = today_of(store_id)
    lock_counter(store_id, day)
    known = api.db.session.scalar(sa.select(CashMove).where(CashMove.key == key))
    if known is not None:
        return known
    if kind not in ("float", "bank") or not 0 < amount_fen <= MOST_FEN:
        raise api.Refused(_("Enter an amount above zero."))
    if kind == "bank" and amount_fen > cash_expected(store_id):
        raise api.Refused(_("There is not so much cash in the drawer."))
    signed = amount_fen if kind == "float" else -amount_fen
    # Once today is closed it stands where the ledger books it: on the sheet of the next day.
    return book_move(store_id, next_open_day(store_id, day), kind, signed, key=key, note=note)


def book_move(
    store_id: int, day: dt.date, kind: str, amount_fen: int, *, key: str, note: str = ""
) -> CashMove:
    """Book cash that moved between drawer and bank, in the running unit."""
    move = CashMove(store_id=store_id, day_on=day, key=key, kind=kind, amount_fen=amount_fen)
    move.at, move.by_user, move.note = api.now(), api.actor().user_id, note.strip()[:200]
    api.db.session.add(move)
    api.db.session.flush()
    drawer, bank = salon("cash", store_id), salon("bank", store_id)
    sides = (drawer, bank) if amount_fen > 0 else (bank, drawer)
    post(_entry(key, "cash_move", store_id, day, note), [Move(*sides, abs(amount_fen))])
    return move


def book_difference(store_id: int, day: dt.date, fen: int, *, key: str, reason: str) -> None:
    """Book what was counted above (or below) what the books say; nothing for zero."""
    if not fen:
        return
    drawer, over_short = salon("cash", store_id), salon("over_short", store_id)
    sides = (drawer, over_short) if fen > 0 else (over_short, drawer)
    post(_entry(key, "cash_count", store_id, day, reason), [Move(*sides, abs(fen))])


def _entry(key: str, code: str, store_id: int, day: dt.date, note: str) -> Entry:
    return Entry(
        key=f"drawer:{key}",
        code=code,
        asked=[key],
        ref=f"drawer:{store_id}",
        store_id=store_id,
        business_on=day,
        note=note.strip()[:200],
    )


def take_back(key: str, store_id: int, day: dt.date, reason: str) -> None:
    """Reverse what was booked in a drawer under a key, if anything was; in the running unit."""
    found = sa.select(Journal.id).where(Journal.idem_key == f"drawer:{key}")
    journal_id = api.db.session.scalar(found)
    if journal_id is not None:
        reverse(_entry(f"{key}:back", "reverse", store_id, day, reason), journal_id)


def check_count(expected_fen: int, counted_fen: int, reason: str) -> str:
    """Return why a count differs, in a few words; `Refused` when nobody said so."""
    reason = reason.strip()[:200]
    if not 0 <= counted_fen <= MOST_FEN:
        raise api.Refused(_("Enter the cash that you counted."))
    if counted_fen != expected_fen and not reason:
        difference = api.format_fen(counted_fen - expected_fen)
        raise api.Refused(_("The cash differs by %(amount)s. Say why.", amount=difference))
    return reason
