"""Settings that the owner edits: for the chain, overridden by store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped

from console import epoch
from console.db import CHAIN, Model, column, db
from console.i18n import _

T = TypeVar("T")


class SettingValue(Model):
    """One stored value; store 0 stands for the chain."""

    __tablename__ = "console_setting"
    scope = CHAIN
    key: Mapped[str] = column(_("Setting"), primary_key=True)
    store_id: Mapped[int] = column(_("Store"), primary_key=True, autoincrement=False, default=0)
    value: Mapped[dict[str, Any]] = column(_("Value"))


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One setting: `<plugin>.<noun>`, its label, its default, and what kind of field edits it.

    The kind of field follows the default's type (bool, int, str) or *choices*; names that end
    in `_fen` are money.
    """

    key: str
    label: Any
    default: T
    help: Any = None
    #: (value, label) pairs, or a function that returns those of the moment.
    choices: Sequence[tuple[Any, Any]] | Callable[[], Sequence[tuple[Any, Any]]] = ()
    per_store: bool = False
    least: int | None = None
    most: int | None = None
    group: Any = field(default=None, compare=False)
    #: A text of several lines.
    long: bool = field(default=False, compare=False)
    #: Asked when the console is set up, beside the name of the shop; it must need no other setting.
    at_setup: bool = field(default=False, compare=False)

    def options(self) -> Sequence[tuple[Any, Any]]:
        """Return the pairs to choose from; none where any value will do."""
        return self.choices() if callable(self.choices) else self.choices

    def get(self, store_id: int | None = None) -> T:
        """Return the store's value, else the chain's, else the default."""
        values = _remembered()
        if self.per_store and store_id and (self.key, store_id) in values:
            stored: T = values[self.key, store_id]
            return stored
        chain: T = values.get((self.key, 0), self.default)
        return chain

    def put(self, value: T, store_id: int | None = None) -> None:
        """Store *value* for the chain or for one store; call it in a unit."""
        if store_id and not self.per_store:
            raise ValueError(f"{self.key} is the same in every store")
        row = db.session.get(SettingValue, (self.key, store_id or 0))
        if row is None:
            db.session.add(
                SettingValue(key=self.key, store_id=store_id or 0, value={"value": value})
            )
        else:
            row.value = {"value": value}
        epoch.bump()

    def clear(self, store_id: int | None = None) -> None:
        """Forget a stored value, so that the chain's or the default holds again; in a unit."""
        row = db.session.get(SettingValue, (self.key, store_id or 0))
        if row is not None:
            db.session.delete(row)
            epoch.bump()


def _remembered() -> dict[tuple[str, int], Any]:
    return current_app.extensions["console"].remember("settings", _read_all)  # type: ignore[no-any-return]


def _read_all() -> dict[tuple[str, int], Any]:
    rows = db.session.execute(
        sa.select(SettingValue.key, SettingValue.store_id, SettingValue.value)
    )
    return {(key, store): value["value"] for key, store, value in rows}
