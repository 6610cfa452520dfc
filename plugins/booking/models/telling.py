"""What is said of visits and technicians: ratings, works, and calendar feeds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.booking.models.visits import Visit
from plugins.salon.api import Staff

STARS = tuple((number, str(number)) for number in range(1, 6))
#: What a guest may tap on besides the stars.
TAGS = (
    ("careful", _("Careful work")),
    ("friendly", _("Friendly")),
    ("on_time", _("On time")),
    ("clean", _("Clean")),
    ("worth", _("Worth the price")),
    ("waited", _("Had to wait")),
    ("rushed", _("Rushed")),
    ("pushed", _("Urged to buy")),
    ("not_as_agreed", _("Not as agreed")),
    ("not_clean", _("Not clean")),
)


class Rating(api.Model):
    """What a guest thought of a visit, said once; she may change it for a day.

    `tags` holds keys of `TAGS` under `chosen`.
    """

    __tablename__ = "booking_rating"
    scope = api.in_store("store_id")
    label_column = "rated_at"
    __table_args__ = (
        sa.UniqueConstraint("visit_id"),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        sa.Index("ix_booking_rating_store_id_rated_at", "store_id", "rated_at"),
    )
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    visit_id: Mapped[int] = api.column(
        _("Booking"), sa.ForeignKey("booking_visit.id", ondelete="CASCADE")
    )
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    stars: Mapped[int] = api.column(_("Stars"), choices=STARS)
    tags: Mapped[dict[str, Any]] = api.column(_("Marks"), default=dict)
    words: Mapped[str] = api.column(_("In her words"), default="")
    rated_at: Mapped[dt.datetime] = api.column(_("Rated at"))
    changed_at: Mapped[dt.datetime | None] = api.column(_("Changed at"))

    visit: Mapped[Visit] = relationship(Visit)

    @property
    def chosen(self) -> list[str]:
        """The keys of what she tapped on."""
        return [str(key) for key in self.tags.get("chosen", [])]


class Work(api.Model):
    """A picture of a technician's work, which members see on her profile."""

    __tablename__ = "booking_work"
    scope = api.CHAIN
    label_column = "note"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    staff_id: Mapped[int] = api.column(_("Technician"), sa.ForeignKey("salon_staff.id"), index=True)
    file_id: Mapped[int] = api.column(_("Picture"), sa.ForeignKey("console_file.id"))
    note: Mapped[str] = api.column(_("Caption"), default="")
    added_at: Mapped[dt.datetime] = api.column(_("Added at"))

    file: Mapped[api.StoredFile] = relationship(api.StoredFile)


class Feed(api.Model):
    """A secret address under which a calendar reads the visits of a technician or a store.

    The address is shown once; `token_hash` is what is kept of it.
    """

    __tablename__ = "booking_feed"
    scope = api.in_store("store_id")
    label_column = "id"
    __table_args__ = (sa.UniqueConstraint("token_hash"),)
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    token_hash: Mapped[str] = api.column(_("Fingerprint"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"), index=True)
    #: Without one it is the calendar of the whole store.
    staff_id: Mapped[int | None] = api.column(
        _("Technician"), sa.ForeignKey("salon_staff.id"), index=True
    )
    names: Mapped[bool] = api.column(_("Shows guests' names"), default=False)
    made_at: Mapped[dt.datetime] = api.column(_("Made at"))
    made_by: Mapped[int | None] = api.column(_("Made by"), sa.ForeignKey("console_user.id"))
    read_at: Mapped[dt.datetime | None] = api.column(_("Last read at"))
    revoked_at: Mapped[dt.datetime | None] = api.column(_("Shut at"))

    store: Mapped[api.Store] = relationship(api.Store)
    staff: Mapped[Staff | None] = relationship(Staff)
