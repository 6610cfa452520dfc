"""The services a salon sells: what they cost, how long they take and what they need."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.salon.models.named import Named
from plugins.salon.models.places import EquipmentKind
from plugins.salon.models.staff import Level, Skill

PRICINGS = (
    ("fixed", _("Fixed price")),
    ("from", _("“From” price")),
    ("open", _("Open price, entered at the till")),
)
SEGMENT_KINDS = (("work", _("Work")), ("wait", _("Wait")))


class Category(Named, api.Model):
    """A heading of the price list."""

    __tablename__ = "salon_category"
    scope = api.CHAIN
    __table_args__ = (sa.UniqueConstraint("name"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    place: Mapped[int] = api.column(_("Position"), default=0)


class Service(Named, api.Model):
    """A service of the price list, or (`extra`) an add-on to others; it has a variant at least."""

    __tablename__ = "salon_service"
    scope = api.CHAIN
    remembered = True
    __table_args__ = (
        sa.CheckConstraint("pricing IN ('fixed', 'from', 'open')", name="pricing"),
        sa.CheckConstraint("cleanup_minutes >= 0", name="cleanup_minutes"),
        sa.UniqueConstraint("name"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    category_id: Mapped[int] = api.column(
        _("Category"), sa.ForeignKey("salon_category.id"), index=True
    )
    extra: Mapped[bool] = api.column(_("Add-on"), default=False)
    pricing: Mapped[str] = api.column(_("Pricing"), choices=PRICINGS, default="fixed")
    skill_id: Mapped[int | None] = api.column(_("Skill needed"), sa.ForeignKey("salon_skill.id"))
    room_kind_id: Mapped[int | None] = api.column(
        _("Room needed"), sa.ForeignKey("salon_equipment_kind.id")
    )
    device_kind_id: Mapped[int | None] = api.column(
        _("Device needed"), sa.ForeignKey("salon_equipment_kind.id")
    )
    cleanup_minutes: Mapped[int] = api.column(_("Clean-up, minutes"), default=0)
    introduction: Mapped[str] = api.column(_("Introduction"), sa.Text, default="")
    on_sale: Mapped[bool] = api.column(_("On sale"), default=True)
    place: Mapped[int] = api.column(_("Position"), default=0)
    version: Mapped[int] = api.column(_("Version"), default=1)

    category: Mapped[Category] = relationship(Category)
    skill: Mapped[Skill | None] = relationship(Skill)
    room_kind: Mapped[EquipmentKind | None] = relationship(
        EquipmentKind, foreign_keys=lambda: Service.room_kind_id
    )
    device_kind: Mapped[EquipmentKind | None] = relationship(
        EquipmentKind, foreign_keys=lambda: Service.device_kind_id
    )
    variants: Mapped[list[Variant]] = relationship(
        lambda: Variant, order_by=lambda: (Variant.place, Variant.id), cascade="all, delete-orphan"
    )
    segments: Mapped[list[Segment]] = relationship(
        lambda: Segment, order_by=lambda: Segment.place, cascade="all, delete-orphan"
    )
    stores: Mapped[list[api.Store]] = relationship(
        api.Store, secondary="salon_service_store", info={"label": _("Only in these stores")}
    )
    add_ons: Mapped[list[Service]] = relationship(
        lambda: Service,
        secondary="salon_add_on",
        primaryjoin=lambda: Service.id == AddOn.service_id,
        secondaryjoin=lambda: Service.id == AddOn.add_on_id,
        order_by=lambda: Service.place,
        info={"label": _("Add-ons")},
    )


class ServiceStore(api.Model):
    """A store that offers a service; a service without any is offered in all stores."""

    __tablename__ = "salon_service_store"
    scope = api.in_store("store_id")
    remembered = True
    service_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_service.id"), primary_key=True
    )
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True, index=True
    )


class AddOn(api.Model):
    """An add-on that may go with a service."""

    __tablename__ = "salon_add_on"
    scope = api.CHAIN
    service_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_service.id"), primary_key=True
    )
    add_on_id: Mapped[int] = api.column(
        _("Add-on"), sa.ForeignKey("salon_service.id"), primary_key=True, index=True
    )


class Variant(Named, api.Model):
    """One way to buy a service, such as short, medium and long hair.

    A service that knows no variants has a single one without a name. `price_fen` is missing
    only while the price is open.
    """

    __tablename__ = "salon_variant"
    scope = api.CHAIN
    remembered = True
    __table_args__ = (
        sa.CheckConstraint("price_fen >= 0", name="price_fen"),
        sa.CheckConstraint("extra_minutes >= 0", name="extra_minutes"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    service_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_service.id"), index=True
    )
    price_fen: Mapped[int | None] = api.column(_("Price"))
    #: Added to the first working segment.
    extra_minutes: Mapped[int] = api.column(_("Extra minutes"), default=0)
    place: Mapped[int] = api.column(_("Position"), default=0)

    level_prices: Mapped[list[LevelPrice]] = relationship(
        lambda: LevelPrice, cascade="all, delete-orphan"
    )


class LevelPrice(api.Model):
    """What a variant costs when a technician of this level does it."""

    __tablename__ = "salon_level_price"
    scope = api.CHAIN
    remembered = True
    __table_args__ = (sa.CheckConstraint("price_fen >= 0", name="price_fen"),)
    variant_id: Mapped[int] = api.column(
        _("Variant"), sa.ForeignKey("salon_variant.id"), primary_key=True
    )
    level_id: Mapped[int] = api.column(
        _("Technician level"), sa.ForeignKey("salon_level.id"), primary_key=True, index=True
    )
    price_fen: Mapped[int] = api.column(_("Price"))

    level: Mapped[Level] = relationship(Level)


class Segment(api.Model):
    """A stretch of a service: somebody works, or the guest waits and nobody is needed."""

    __tablename__ = "salon_segment"
    scope = api.CHAIN
    remembered = True
    __table_args__ = (
        sa.CheckConstraint("kind IN ('work', 'wait')", name="kind"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    service_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_service.id"), index=True
    )
    place: Mapped[int] = api.column(_("Position"), default=0)
    kind: Mapped[str] = api.column(_("Kind"), choices=SEGMENT_KINDS, default="work")
    minutes: Mapped[int] = api.column(_("Minutes"))
    #: For work that somebody else does than the technician of the service, such as washing.
    skill_id: Mapped[int | None] = api.column(
        _("Done by somebody with"), sa.ForeignKey("salon_skill.id")
    )

    skill: Mapped[Skill | None] = relationship(Skill)
