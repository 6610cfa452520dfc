"""The member file."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.membership.models.levels import CAUSES, Level
from plugins.membership.models.sources import SOURCES
from plugins.membership.models.tags import Tag
from plugins.salon.api import Staff

GENDERS = (("f", _("Female")), ("m", _("Male")))
STATUSES = (("active", _("Normal")), ("frozen", _("Frozen")))


def _known_in(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    return _ids_known_in(stores).where(KnownStore.member_id == model.id).exists()


def _ids_known_in(stores: frozenset[int]) -> sa.Select[Any]:
    return sa.select(KnownStore.member_id).where(api.among_stores(KnownStore.store_id, stores))


def _is_here(model: Any) -> sa.ColumnElement[bool]:
    condition: sa.ColumnElement[bool] = model.gone_at.is_(None)
    return condition


def _by_earlier_number(word: sa.ColumnElement[str]) -> sa.Select[Any]:
    return sa.select(Alias.member_id).where(Alias.number == word)


class Member(api.Model):
    """One member of the chain.

    `phone` is normalised (see `normalise_phone`) and may be missing. A birthday may lack its
    year; in a lunar one month and day count by the lunar calendar. `phone_tail`, `pinyin`,
    `initials` and `next_birthday_on` are kept by the services, for searching. An id is never
    given twice: the ledger remembers members who are gone.
    """

    __tablename__ = "membership_member"
    scope = api.Scope(
        *(_known_in, _is_here, _ids_known_in), told_by=("home_store_id", "stores", "gone_at")
    )
    label_column = "name"
    found_by = api.FoundBy(
        names=("name",),
        codes=("number",),
        phone="phone",
        tail="phone_tail",
        also=_by_earlier_number,
    )
    __table_args__ = (
        sa.CheckConstraint("status IN ('active', 'frozen')", name="status"),
        sa.CheckConstraint("gender IN ('f', 'm')", name="gender"),
        sa.CheckConstraint("(birth_month IS NULL) = (birth_day IS NULL)", name="birthday"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("phone"),
        sa.Index("ix_membership_member_joined_on_id", "joined_on", "id"),
        sa.Index("ix_membership_member_name_id", "name", "id"),
        sa.Index("ix_membership_member_level_id_joined_on_id", "level_id", "joined_on", "id"),
        sa.Index("ix_membership_member_phone_tail_gone_at_id", "phone_tail", "gone_at", "id"),
        sa.Index("ix_membership_member_twins", "name", "birth_month", "birth_day"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    number: Mapped[str] = api.column(_("Member number"))
    name: Mapped[str] = api.column(_("Name"))
    phone: Mapped[str | None] = api.column(_("Phone"), sensitive="phone")
    gender: Mapped[str | None] = api.column(_("Gender"), choices=GENDERS)
    birth_year: Mapped[int | None] = api.column(_("Year of birth"))
    birth_month: Mapped[int | None] = api.column(_("Month of birth"))
    birth_day: Mapped[int | None] = api.column(_("Day of birth"))
    birth_lunar: Mapped[bool] = api.column(_("By the lunar calendar"), default=False)
    birth_leap: Mapped[bool] = api.column(_("In a leap month"), default=False)
    next_birthday_on: Mapped[dt.date | None] = api.column(_("Next birthday"), index=True)
    home_store_id: Mapped[int] = api.column(
        _("Home store"), sa.ForeignKey("console_store.id"), index=True
    )
    consultant_id: Mapped[int | None] = api.column(
        _("Consultant"), sa.ForeignKey("salon_staff.id"), index=True
    )
    source: Mapped[str] = api.column(_("Source"), choices=SOURCES, index=True)
    source_store_id: Mapped[int | None] = api.column(
        _("Source: store"), sa.ForeignKey("console_store.id")
    )
    source_staff_id: Mapped[int | None] = api.column(
        _("Source: staff"), sa.ForeignKey("salon_staff.id")
    )
    source_channel: Mapped[str] = api.column(_("Source: channel"), default="")
    latest_source: Mapped[str] = api.column(_("Latest contact"), choices=SOURCES)
    latest_store_id: Mapped[int | None] = api.column(
        _("Latest contact: store"), sa.ForeignKey("console_store.id")
    )
    latest_staff_id: Mapped[int | None] = api.column(
        _("Latest contact: staff"), sa.ForeignKey("salon_staff.id")
    )
    latest_channel: Mapped[str] = api.column(_("Latest contact: channel"), default="")
    latest_at: Mapped[dt.datetime] = api.column(_("Latest contact at"))
    allergies: Mapped[str] = api.column(_("Allergies"), default="")
    notes: Mapped[str] = api.column(_("Notes"), sa.Text, default="")
    joined_on: Mapped[dt.date] = api.column(_("Joined on"))
    status: Mapped[str] = api.column(_("Status"), choices=STATUSES, default="active")
    frozen_at: Mapped[dt.datetime | None] = api.column(_("Frozen at"))
    frozen_reason: Mapped[str] = api.column(_("Reason of the freeze"), default="")
    level_id: Mapped[int | None] = api.column(_("Level"), sa.ForeignKey("membership_level.id"))
    level_since_on: Mapped[dt.date | None] = api.column(_("Level since"))
    level_until_on: Mapped[dt.date | None] = api.column(_("Level until"), index=True)
    level_cause: Mapped[str | None] = api.column(_("Level: how"), choices=CAUSES)
    level_reason: Mapped[str] = api.column(_("Level: reason"), default="")
    level_noticed_on: Mapped[dt.date | None] = api.column(_("Told of the coming change on"))
    level_recheck_on: Mapped[dt.date | None] = api.column(_("To be checked again"), index=True)
    phone_tail: Mapped[str | None] = api.column(_("Last four digits"))
    pinyin: Mapped[str] = api.column(_("Pinyin"), default="", index=True)
    initials: Mapped[str] = api.column(_("Pinyin initials"), default="", index=True)
    #: Kept by the services of consent: her latest word on offers and news was yes.
    may_market: Mapped[bool] = api.column(_("May receive marketing"), default=False)
    #: Empty while the file is one of those that staff work with; merged and erased ones are not.
    gone_at: Mapped[dt.datetime | None] = api.column(_("Gone since"))
    merged_into_id: Mapped[int | None] = api.column(
        _("Merged into"), sa.ForeignKey("membership_member.id"), index=True
    )
    erased_at: Mapped[dt.datetime | None] = api.column(_("Erased at"))
    created_at: Mapped[dt.datetime] = api.column(_("Added at"))
    created_by: Mapped[int | None] = api.column(_("Added by"), sa.ForeignKey("console_user.id"))
    version: Mapped[int] = api.column(_("Version"), default=1)

    home_store: Mapped[api.Store] = relationship(
        api.Store, foreign_keys=lambda: Member.home_store_id
    )
    consultant: Mapped[Staff | None] = relationship(
        Staff, foreign_keys=lambda: Member.consultant_id
    )
    level: Mapped[Level | None] = relationship(Level, foreign_keys=lambda: Member.level_id)
    stores: Mapped[list[api.Store]] = relationship(
        api.Store,
        secondary="membership_store",
        viewonly=True,
        info={"label": _("Known in stores")},
    )
    tags: Mapped[list[Tag]] = relationship(
        Tag,
        secondary="membership_member_tag",
        order_by=lambda: Tag.id,
        info={"label": _("Tags")},
    )


class KnownStore(api.Model):
    """A store that knows a member: her home store, and each one that she visited."""

    __tablename__ = "membership_store"
    scope = api.in_store("store_id")
    __table_args__ = (sa.Index("ix_membership_store_store_id", "store_id", "member_id"),)
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), primary_key=True
    )
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True
    )
    since_on: Mapped[dt.date] = api.column(_("Since"))


class Alias(api.Model):
    """Another number by which a member is found, such as her number in an earlier system."""

    __tablename__ = "membership_alias"
    scope = api.CHAIN
    label_column = "number"
    number: Mapped[str] = api.column(_("Earlier number"), primary_key=True)
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), primary_key=True, index=True
    )


class Photo(api.Model):
    """A photo in a member's file, such as before and after."""

    __tablename__ = "membership_photo"
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    file_id: Mapped[int] = api.column(_("File"), sa.ForeignKey("console_file.id"))
    note: Mapped[str] = api.column(_("Note"), default="")
    added_at: Mapped[dt.datetime] = api.column(_("Added at"))

    file: Mapped[api.StoredFile] = relationship(api.StoredFile)


class NumberSeries(api.Model):
    """The last member number given in a year."""

    __tablename__ = "membership_series"
    scope = api.CHAIN
    year: Mapped[int] = api.column(_("Year"), primary_key=True, autoincrement=False)
    last: Mapped[int] = api.column(_("Last number"))
