"""The tables."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _


class Entry(api.Model):
    """What a guest wrote; `done_at` is empty until somebody took care of it."""

    __tablename__ = "sample_entry"
    scope = api.in_store()
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"), index=True)
    text: Mapped[str] = api.column(_("What she wrote"), sa.Text)
    added_at: Mapped[datetime] = api.column(_("Written at"))
    done_at: Mapped[datetime | None] = api.column(_("Taken care of at"))
