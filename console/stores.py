"""Stores: all that the host knows of a chain."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from console.db import CHAIN, Model, column
from console.i18n import _
from console.search.declared import FoundBy


class Store(Model):
    """A place of business; plugins extend it one to one."""

    __tablename__ = "console_store"
    scope = CHAIN
    remembered = True
    label_column = "name"
    found_by = FoundBy(names=("name",))
    id: Mapped[int] = column(_("Number"), primary_key=True)
    name: Mapped[str] = column(_("Store"), unique=True)
    #: An IANA name, such as Asia/Shanghai.
    time_zone: Mapped[str] = column(_("Time zone"), default="Asia/Shanghai")
    #: Minutes after midnight up to which an act still belongs to the day before.
    cut_off_minutes: Mapped[int] = column(_("Day ends, minutes after midnight"), default=0)
    closed: Mapped[bool] = column(_("Closed down"), default=False)
