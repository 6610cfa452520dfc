"""The staff file: who works where, at which level, and what she can do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.salon.models.named import Named


class Level(Named, api.Model):
    """How experienced a technician is; prices may depend on it."""

    __tablename__ = "salon_level"
    scope = api.CHAIN
    __table_args__ = (sa.UniqueConstraint("name"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    place: Mapped[int] = api.column(_("Position"), default=0)


class Skill(Named, api.Model):
    """Something that only some of the staff can do."""

    __tablename__ = "salon_skill"
    scope = api.CHAIN
    __table_args__ = (sa.UniqueConstraint("name"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)


def _works_in(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    works = sa.select(StaffStore.staff_id).where(StaffStore.store_id.in_(stores))
    condition: sa.ColumnElement[bool] = model.id.in_(works)
    return condition


class Staff(api.Model):
    """One person who works for the chain, with or without a sign-in of her own."""

    __tablename__ = "salon_staff"
    scope = api.Scope(_works_in)
    remembered = True
    label_column = "name"
    found_by = api.FoundBy(names=("name", "title", "titles"))
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    name: Mapped[str] = api.column(_("Name"), index=True)
    title: Mapped[str] = api.column(_("Job title"), default="")
    titles: Mapped[dict[str, Any]] = api.column(_("Job title in other languages"), default=dict)
    user_id: Mapped[int | None] = api.column(
        _("User"), sa.ForeignKey("console_user.id"), unique=True
    )
    main_store_id: Mapped[int] = api.column(_("Main store"), sa.ForeignKey("console_store.id"))
    level_id: Mapped[int | None] = api.column(
        _("Technician level"), sa.ForeignKey("salon_level.id")
    )
    phone: Mapped[str | None] = api.column(_("Phone"), sensitive="phone")
    photo_id: Mapped[int | None] = api.column(_("Photo"), sa.ForeignKey("console_file.id"))
    #: The year in which she began the trade; years of experience are counted from it.
    works_since: Mapped[int | None] = api.column(_("In the trade since (year)"))
    strengths: Mapped[str] = api.column(_("Strengths"), default="")
    bio: Mapped[str] = api.column(_("Profile"), sa.Text, default="")
    shown: Mapped[bool] = api.column(_("Shown to members"), default=False)
    joined_on: Mapped[dt.date] = api.column(_("Employed since"))
    left_on: Mapped[dt.date | None] = api.column(_("Left on"))
    version: Mapped[int] = api.column(_("Version"), default=1)

    level: Mapped[Level | None] = relationship(Level)
    photo: Mapped[api.StoredFile | None] = relationship(api.StoredFile)
    main_store: Mapped[api.Store] = relationship(api.Store)
    stores: Mapped[list[api.Store]] = relationship(
        api.Store, secondary="salon_staff_store", info={"label": _("Stores")}
    )
    skills: Mapped[list[Skill]] = relationship(
        Skill, secondary="salon_staff_skill", info={"label": _("Skills")}
    )

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return api.translate(self.title, self.titles)


class StaffStore(api.Model):
    """A store in which a person works; her main one is among them."""

    __tablename__ = "salon_staff_store"
    scope = api.in_store("store_id")
    remembered = True
    staff_id: Mapped[int] = api.column(
        _("Staff"), sa.ForeignKey("salon_staff.id"), primary_key=True
    )
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True, index=True
    )


class StaffSkill(api.Model):
    """A skill that a person has."""

    __tablename__ = "salon_staff_skill"
    scope = api.CHAIN
    remembered = True
    staff_id: Mapped[int] = api.column(
        _("Staff"), sa.ForeignKey("salon_staff.id"), primary_key=True
    )
    skill_id: Mapped[int] = api.column(
        _("Skill"), sa.ForeignKey("salon_skill.id"), primary_key=True, index=True
    )


class Practice(api.Model):
    """How one person does one service, where it differs from what her skills and level say."""

    __tablename__ = "salon_practice"
    scope = api.CHAIN
    remembered = True
    __table_args__ = (sa.CheckConstraint("minutes > 0", name="minutes"),)
    staff_id: Mapped[int] = api.column(
        _("Staff"), sa.ForeignKey("salon_staff.id"), primary_key=True
    )
    service_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_service.id"), primary_key=True, index=True
    )
    #: Missing: her skills decide.
    offered: Mapped[bool | None] = api.column(_("Does it"))
    #: All working segments together; waits and clean-up stay as they are.
    minutes: Mapped[int | None] = api.column(_("Working minutes"))
    level_id: Mapped[int | None] = api.column(_("Priced as"), sa.ForeignKey("salon_level.id"))
