"""Rooms and devices: what a service occupies besides people."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.salon.models.named import Named

SORTS = (("room", _("Room")), ("device", _("Device")))


class EquipmentKind(Named, api.Model):
    """A kind of room or device; a service asks for a kind, a booking takes one of it."""

    __tablename__ = "salon_equipment_kind"
    scope = api.CHAIN
    __table_args__ = (
        sa.CheckConstraint("sort IN ('room', 'device')", name="sort"),
        sa.UniqueConstraint("sort", "name"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    sort: Mapped[str] = api.column(_("Room or device"), choices=SORTS, default="room")


class Equipment(Named, api.Model):
    """One room or device of a store; `capacity` is how many guests it takes at once."""

    __tablename__ = "salon_equipment"
    scope = api.in_store("store_id")
    remembered = True
    __table_args__ = (
        sa.CheckConstraint("capacity > 0", name="capacity"),
        sa.UniqueConstraint("store_id", "name"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    kind_id: Mapped[int] = api.column(
        _("Kind"), sa.ForeignKey("salon_equipment_kind.id"), index=True
    )
    capacity: Mapped[int] = api.column(_("Guests at once"), default=1)
    in_use: Mapped[bool] = api.column(_("In use"), default=True)
    version: Mapped[int] = api.column(_("Version"), default=1)

    kind: Mapped[EquipmentKind] = relationship(EquipmentKind)
