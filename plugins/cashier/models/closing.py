"""Shifts handed over, days that are closed, months that are locked, cash put in and taken out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

DAY_STATES = (
    ("closed", api.lazy_pgettext("day", "Closed")),
    ("reopened", api.lazy_pgettext("day", "Reopened")),
)
CASH_MOVES = (
    ("float", _("Change put into the drawer")),
    ("bank", _("Taken out for the bank")),
    ("back", _("Taken back")),
)


class Day(api.Model):
    """A business day of a store that was closed: cash counted, sheet frozen, books locked.

    Every earlier day of the store is closed with it. A reopened day may be changed until it is
    closed again.
    """

    __tablename__ = "cashier_day"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "day_on"),
        sa.UniqueConstraint("key"),
        sa.CheckConstraint("state IN ('closed', 'reopened')", name="state"),
        sa.CheckConstraint("difference_fen = counted_fen - expected_fen", name="difference"),
    )
    scope = api.in_store("store_id")
    label_column = "day_on"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    day_on: Mapped[dt.date] = api.column(_("Business day"))
    state: Mapped[str] = api.column(_("State"), choices=DAY_STATES, default="closed")
    key: Mapped[str] = api.column(_("Key"))
    closed_at: Mapped[dt.datetime] = api.column(_("Day closed at"))
    closed_by: Mapped[int | None] = api.column(_("Closed by"), sa.ForeignKey("console_user.id"))
    expected_fen: Mapped[int] = api.column(_("Cash expected"))
    counted_fen: Mapped[int] = api.column(_("Cash counted"))
    difference_fen: Mapped[int] = api.column(_("Difference"))
    reason: Mapped[str] = api.column(_("Reason"), default="")
    #: What was taken out for the bank, so that the float is left in the drawer.
    taken_fen: Mapped[int] = api.column(_("Taken out for the bank"), default=0)
    net_fen: Mapped[int] = api.column(_("Net received"), default=0)
    #: The day's sheet as it was printed.
    sheet: Mapped[dict[str, Any]] = api.column(_("Day sheet"), default=dict)
    times: Mapped[int] = api.column(_("Times closed"), default=1)
    reopened_at: Mapped[dt.datetime | None] = api.column(_("Reopened at"))
    reopened_by: Mapped[int | None] = api.column(_("Reopened by"), sa.ForeignKey("console_user.id"))
    reopen_reason: Mapped[str] = api.column(_("Why it was reopened"), default="")
    version: Mapped[int] = api.column(_("Version"), default=1)


class DayReopening(api.Model):
    """That a closed day was reopened: each time, by whom and why, and what it came to before."""

    __tablename__ = "cashier_day_reopening"
    __table_args__ = (sa.Index("ix_cashier_day_reopening_day_id", "day_id"),)
    scope = api.CHAIN
    label_column = "at"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    day_id: Mapped[int] = api.column(_("Business day"), sa.ForeignKey("cashier_day.id"))
    at: Mapped[dt.datetime] = api.column(_("Reopened at"))
    by_user: Mapped[int | None] = api.column(_("Reopened by"), sa.ForeignKey("console_user.id"))
    reason: Mapped[str] = api.column(_("Why it was reopened"), default="")
    net_fen: Mapped[int] = api.column(_("Net received"), default=0)


class Shift(api.Model):
    """A shift that was handed over: what the drawer should hold, and what was counted."""

    __tablename__ = "cashier_shift"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("store_id", "day_on", "number"),
        sa.CheckConstraint("difference_fen = counted_fen - expected_fen", name="difference"),
    )
    scope = api.in_store("store_id")
    label_column = "day_on"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    day_on: Mapped[dt.date] = api.column(_("Business day"))
    number: Mapped[int] = api.column(_("Number"))
    key: Mapped[str] = api.column(_("Key"))
    at: Mapped[dt.datetime] = api.column(_("Shift handed over at"))
    from_user: Mapped[int | None] = api.column(
        _("Shift handed over by"), sa.ForeignKey("console_user.id")
    )
    to_user: Mapped[int | None] = api.column(_("Taken over by"), sa.ForeignKey("console_user.id"))
    expected_fen: Mapped[int] = api.column(_("Cash expected"))
    counted_fen: Mapped[int] = api.column(_("Cash counted"))
    difference_fen: Mapped[int] = api.column(_("Difference"))
    reason: Mapped[str] = api.column(_("Reason"), default="")
    note: Mapped[str] = api.column(_("Note"), default="")
    sheet: Mapped[dict[str, Any]] = api.column(_("Shift sheet"), default=dict)


class CashMove(api.Model):
    """Cash that was put into a drawer, or taken out for the bank, by hand."""

    __tablename__ = "cashier_cash_move"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.CheckConstraint("kind IN ('float', 'bank', 'back')", name="kind"),
        sa.CheckConstraint("amount_fen <> 0", name="amount_fen"),
        sa.Index("ix_cashier_cash_move_store_id_day_on", "store_id", "day_on"),
    )
    scope = api.in_store("store_id")
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    day_on: Mapped[dt.date] = api.column(_("Business day"))
    key: Mapped[str] = api.column(_("Key"))
    kind: Mapped[str] = api.column(_("Kind"), choices=CASH_MOVES)
    #: Above zero what came into the drawer, below zero what went out.
    amount_fen: Mapped[int] = api.column(_("Amount"))
    at: Mapped[dt.datetime] = api.column(_("When"))
    by_user: Mapped[int | None] = api.column(_("By"), sa.ForeignKey("console_user.id"))
    note: Mapped[str] = api.column(_("Note"), default="")


class PeriodLock(api.Model):
    """A month whose books are locked for the whole chain, until somebody unlocks it."""

    __tablename__ = "cashier_period_lock"
    __table_args__ = (sa.UniqueConstraint("month_on"),)
    scope = api.CHAIN
    label_column = "month_on"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    #: The first day of the month.
    month_on: Mapped[dt.date] = api.column(_("Month"))
    locked: Mapped[bool] = api.column(_("Locked"), default=True)
    locked_at: Mapped[dt.datetime] = api.column(_("Locked at"))
    locked_by: Mapped[int | None] = api.column(_("Locked by"), sa.ForeignKey("console_user.id"))
    unlocked_at: Mapped[dt.datetime | None] = api.column(_("Unlocked at"))
    unlocked_by: Mapped[int | None] = api.column(_("Unlocked by"), sa.ForeignKey("console_user.id"))
    reason: Mapped[str] = api.column(_("Reason"), default="")
