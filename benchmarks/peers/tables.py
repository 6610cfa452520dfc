"""The table of members for Flask-Admin and Flask-AppBuilder."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship


def declare(base: Any) -> tuple[Any, Any, Any]:
    """Return the models Member, Level and Store on a declarative *base*."""

    class Level(base):  # type: ignore[misc]
        __tablename__ = "bench_level"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(40))

        def __str__(self) -> str:
            return self.name

    class Store(base):  # type: ignore[misc]
        __tablename__ = "bench_store"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(40))

        def __str__(self) -> str:
            return self.name

    class Member(base):  # type: ignore[misc]
        __tablename__ = "bench_member"
        id: Mapped[int] = mapped_column(primary_key=True)
        number: Mapped[str] = mapped_column(sa.String(20), unique=True)
        name: Mapped[str] = mapped_column(sa.String(80))
        initials: Mapped[str] = mapped_column(sa.String(20))
        phone: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
        level_id: Mapped[int] = mapped_column(sa.ForeignKey("bench_level.id"))
        store_id: Mapped[int] = mapped_column(sa.ForeignKey("bench_store.id"))
        balance: Mapped[int]
        points: Mapped[int]
        joined_at: Mapped[dt.datetime] = mapped_column(sa.DateTime())
        level = relationship(Level)
        store = relationship(Store)

        def __str__(self) -> str:
            return self.name

    return Member, Level, Store
