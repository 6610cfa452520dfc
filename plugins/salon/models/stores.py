"""What a salon knows of its stores besides their names."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _

MIDNIGHT = 24 * 60
#: A day may close as late as noon of the next.
LATEST_CLOSE = 36 * 60

WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)
#: As a calendar heads its columns.
SHORT_WEEKDAYS = {
    1: _("Mon"),
    2: _("Tue"),
    3: _("Wed"),
    4: _("Thu"),
    5: _("Fri"),
    6: _("Sat"),
    7: _("Sun"),
}
PICTURE_KINDS = (("store", _("Picture of the store")), ("licence", _("Licence")))


class StoreProfile(api.Model):
    """Address, map point and phone of a store, one to one."""

    __tablename__ = "salon_store"
    scope = api.in_store("store_id")
    label_column = "address"
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True, autoincrement=False
    )
    address: Mapped[str] = api.column(_("Address"), default="")
    latitude: Mapped[float | None] = api.column(_("Latitude"))
    longitude: Mapped[float | None] = api.column(_("Longitude"))
    phone: Mapped[str] = api.column(_("Store phone"), default="")
    introduction: Mapped[str] = api.column(_("Introduction"), sa.Text, default="")


class Hours(api.Model):
    """One opening of a store on a weekday; a weekday without a row is a closing day.

    Minutes count from local midnight; `closes` past 24:00 runs into the next day.
    """

    __tablename__ = "salon_hours"
    scope = api.in_store("store_id")
    remembered = True
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        sa.CheckConstraint("opens >= 0 AND opens < 1440", name="opens"),
        sa.CheckConstraint("closes > opens AND closes <= 2160", name="closes"),
        sa.UniqueConstraint("store_id", "weekday", "opens"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    weekday: Mapped[int] = api.column(_("Weekday"), choices=WEEKDAYS)
    opens: Mapped[int] = api.column(_("Opens"))
    closes: Mapped[int] = api.column(_("Closes"))


class SpecialDay(api.Model):
    """Days on which other hours hold than the weekday's, or none at all: holidays, stocktaking.

    Without `opens` the store is closed.
    """

    __tablename__ = "salon_special_day"
    scope = api.in_store("store_id")
    remembered = True
    label_column = "reason"
    __table_args__ = (
        sa.CheckConstraint("last_on >= first_on", name="days"),
        sa.CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="both"),
        sa.CheckConstraint("closes > opens AND closes <= 2160", name="closes"),
        sa.Index("ix_salon_special_day_store_id_last_on", "store_id", "last_on"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    first_on: Mapped[dt.date] = api.column(_("First day"))
    last_on: Mapped[dt.date] = api.column(_("Last day"))
    opens: Mapped[int | None] = api.column(_("Opens"))
    closes: Mapped[int | None] = api.column(_("Closes"))
    reason: Mapped[str] = api.column(_("Reason"), default="")


class Picture(api.Model):
    """A picture or a licence of a store."""

    __tablename__ = "salon_picture"
    scope = api.in_store("store_id")
    __table_args__ = (sa.CheckConstraint("kind IN ('store', 'licence')", name="kind"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"), index=True)
    file_id: Mapped[int] = api.column(_("File"), sa.ForeignKey("console_file.id"))
    kind: Mapped[str] = api.column(_("Kind"), choices=PICTURE_KINDS, default="store")
    place: Mapped[int] = api.column(_("Position"), default=0)

    file: Mapped[api.StoredFile] = relationship(api.StoredFile)
