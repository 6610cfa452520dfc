"""A plugin of its own for the tests of lists, forms and the shell: a tea house and its guests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _

SEE = api.Permission("tea.see_guests", _("See guests"), ("manager", "front_desk"))
ADD = api.Permission("tea.add_guests", _("Add guests"), ("manager", "front_desk"))
EDIT = api.Permission("tea.edit_guests", _("Change guests"), ("manager",))
DROP = api.Permission("tea.delete_guests", _("Delete guests"), ("manager",))
TAKE = api.Permission("tea.export_guests", _("Export guests"), ("manager",))
GREET = api.Permission("tea.greet_guests", _("Greet guests"), ("manager",))
SORTS = (("green", _("Green tea")), ("black", _("Black tea")))


#: A note that begins so and ends with a store's number takes a guest there.
MOVES = "Moves to "


class Rank(api.Model):
    """How often a guest comes."""

    __tablename__ = "tea_rank"
    scope = api.CHAIN
    label_column = "name"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    name: Mapped[str] = api.column(_("Rank"), unique=True)


class Cup(api.Model):
    """A guest may own cups."""

    __tablename__ = "tea_cup"
    scope = api.CHAIN
    label_column = "name"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    name: Mapped[str] = api.column(_("Cup"))


class GuestCup(api.Model):
    """Which cups belong to whom."""

    __tablename__ = "tea_guest_cup"
    scope = api.CHAIN
    guest_id: Mapped[int] = api.column(_("Guest"), sa.ForeignKey("tea_guest.id"), primary_key=True)
    cup_id: Mapped[int] = api.column(_("Cup"), sa.ForeignKey("tea_cup.id"), primary_key=True)


class Guest(api.Model):
    """Somebody who drinks tea in one of the houses."""

    __tablename__ = "tea_guest"
    scope = api.in_store("store_id")
    label_column = "name"
    __table_args__ = (sa.Index("ix_tea_guest_joined", "joined_at", "id"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    name: Mapped[str] = api.column(_("Name"), index=True)
    phone: Mapped[str | None] = api.column(_("Phone"), unique=True, sensitive="phone")
    sort: Mapped[str | None] = api.column(_("Tea"), choices=SORTS)
    rank_id: Mapped[int | None] = api.column(_("Rank"), sa.ForeignKey("tea_rank.id"), index=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    friend_id: Mapped[int | None] = api.column(_("Brought by"), sa.ForeignKey("tea_guest.id"))
    balance_fen: Mapped[int] = api.column(_("Balance"), default=0)
    limit_fen: Mapped[int | None] = api.column(_("Credit"))
    visits: Mapped[int] = api.column(_("Visits"), default=0)
    joined_at: Mapped[dt.datetime] = api.column(_("Joined at"))
    born_on: Mapped[dt.date | None] = api.column(_("Birthday"))
    regular: Mapped[bool] = api.column(_("Regular"), default=False)
    note: Mapped[str] = api.column(_("Note"), sa.Text, default="")

    cups: Mapped[list[Cup]] = relationship(
        Cup, secondary="tea_guest_cup", order_by=Cup.name, info={"label": _("Cups")}
    )


class Order(api.Model):
    """What a guest drank; who has one cannot be deleted."""

    __tablename__ = "tea_order"
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    guest_id: Mapped[int] = api.column(_("Guest"), sa.ForeignKey("tea_guest.id"))


class GuestAdmin(api.ModelAdmin):
    """The guests."""

    subject, noun = Guest, "guests"
    title, singular = _("Guests"), _("guest")
    icon, group = "users", "members"
    needs = {"view": SEE, "create": ADD, "edit": EDIT, "delete": DROP, "export": TAKE}
    list_columns = (
        "name",
        "phone",
        "sort",
        "rank_id",
        "store_id",
        "balance_fen",
        "visits",
        "joined_at",
        "born_on",
        "regular",
        "cups",
    )
    default_sort = "-joined_at"
    filters = (
        "name",
        "phone",
        "sort",
        "rank_id",
        "store_id",
        "balance_fen",
        "visits",
        "joined_at",
        "born_on",
        "regular",
        "cups",
    )
    search = ("name", "phone")
    has_segments = True
    form = (
        api.FormSection(_("Guest"), ("name", "phone", "sort", "rank_id", "born_on", "regular")),
        api.FormSection(_("More"), ("limit_fen", "friend_id", "cups", "note")),
        "visits",
        "joined_at",
    )
    inline_edit = ("name", "sort", "visits", "regular")

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        if record.name == "Nobody":
            raise api.Refused("Nobody drinks no tea.")
        if record.note.startswith(MOVES):
            record.store_id = int(record.note.removeprefix(MOVES))

    def before_delete(self, record: Any) -> None:
        if record.name == "Founder":
            raise api.Refused("The founder stays.")

    @api.action(_("Greet"), needs=GREET)
    def greet(self, ids: Sequence[int]) -> str:
        make_regular(ids)
        return f"{len(ids)} greeted"

    @api.action(
        _("Pour"),
        needs=GREET,
        asks=api.Asks(_("Tea"), choices=SORTS),
        undo="undo_pour",
        in_chunks=True,
    )
    def pour(self, ids: Sequence[int], sort: str) -> Mapping[int, str | None]:
        return pour_tea(dict.fromkeys(ids, sort))

    def undo_pour(self, before: Mapping[int, str | None], _sort: str) -> None:
        pour_tea(before)


@api.unit
def pour_tea(wanted: Mapping[int, str | None]) -> dict[int, str | None]:
    """Give guests other tea; return what those who changed had."""
    before = {}
    for guest in api.db.session.scalars(sa.select(Guest).where(Guest.id.in_(list(wanted)))):
        if guest.sort != wanted[guest.id]:
            before[guest.id], guest.sort = guest.sort, wanted[guest.id]
    return before


@api.unit
def make_regular(ids: Sequence[int]) -> None:
    """Mark guests as regulars."""
    for guest in api.db.session.scalars(sa.select(Guest).where(Guest.id.in_(ids))):
        guest.regular = True


class RankAdmin(api.ModelAdmin):
    """The ranks."""

    subject, noun = Rank, "ranks"
    title = _("Ranks")
    group = "members"
    needs = {"view": SEE, "create": EDIT, "edit": EDIT, "delete": EDIT}
    list_columns = ("name",)
    default_sort = "name"
    form = ("name",)


class Tea(api.Plugin):
    """The tea house."""

    name, version = "tea", "1.0"
    title, summary = "Tea house", "For tests"
    permissions = (SEE, ADD, EDIT, DROP, TAKE, GREET)
    admin_views = (GuestAdmin, RankAdmin)


MODELS = (Rank, Cup, Guest, GuestCup, Order)


def make_tables(app: Flask) -> None:
    """Create the tea house's tables; it has no migrations of its own."""
    tables = [model.__table__ for model in MODELS]
    writing = {"console_writes": True}
    with app.app_context(), api.db.engine.connect().execution_options(**writing) as connection:
        api.db.metadata.create_all(connection, tables=tables)
        connection.commit()


@api.unit
def add_guest(name: str, store: int, **values: Any) -> int:
    """Add a guest and return the number."""
    values.setdefault("joined_at", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    guest = Guest(name=name, store_id=store, **values)
    api.db.session.add(guest)
    api.db.session.flush()
    return int(guest.id)


@api.unit
def add_many(store: int, count: int) -> None:
    """Add many guests at once: every tenth without a credit, ranks and moments repeating."""
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    rows = [
        {
            "name": f"Guest {number:06}",
            "phone": f"139{number:08}",
            "sort": (None, "green", "black")[number % 3],
            "store_id": store,
            "balance_fen": number * 7 % 1000,
            "limit_fen": None if number % 10 == 0 else number % 17,
            "visits": number % 5,
            "joined_at": start + dt.timedelta(minutes=number % 97),
            "regular": number % 2 == 0,
            "note": "",
        }
        for number in range(count)
    ]
    api.db.session.execute(sa.insert(Guest), rows)


@api.unit
def add(record: Any) -> int:
    """Add any record of the tea house and return its number."""
    api.db.session.add(record)
    api.db.session.flush()
    return int(record.id)


@api.unit
def own(guest: int, cup: int) -> None:
    """Let a guest own a cup."""
    api.db.session.add(GuestCup(guest_id=guest, cup_id=cup))
