"""How accounts, units and amounts are written for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.chart import (
    BONUS,
    CHAIN,
    CNY,
    COUPON,
    KINDS,
    MEMBER,
    POINTS,
    PRINCIPAL,
    SESSION,
    STORE,
    Name,
)
from plugins.ledger.hookspecs import ledger_owner_names

MONEY = (CNY, PRINCIPAL, BONUS)
UNITS: dict[str, Any] = {
    CNY: _("Money"),
    PRINCIPAL: _("Principal"),
    BONUS: _("Bonus"),
    POINTS: _("Points"),
    COUPON: _("Coupon"),
}


def show_unit(unit: str) -> str:
    """Name a unit; sessions by what they are for."""
    if unit.startswith(SESSION):
        return api.gettext("Sessions: %(card)s", card=unit.removeprefix(SESSION))
    return str(UNITS.get(unit, unit))


def show_amount(amount: int, unit: str) -> str:
    """Write an amount: money as money, all else as a number."""
    return api.format_fen(amount) if unit in MONEY else f"{amount:,}"


def show_kind(kind: str) -> str:
    """Name a kind of account."""
    return str(KINDS[kind].label) if kind in KINDS else kind


class Owners:
    """Who accounts belong to, in words; those whom a plugin names are asked for once."""

    def __init__(self) -> None:
        self._names: dict[str, dict[int, str]] = {STORE: store_names()}

    def learn(self, owner: str, ids: Iterable[int]) -> None:
        """Ask the plugins for the names of some owners at once."""
        known = self._names.setdefault(owner, {})
        wanted = sorted(set(ids) - known.keys()) if owner != STORE else []
        known.update(dict.fromkeys(wanted, ""))
        for names in api.answers(ledger_owner_names, owner=owner, ids=wanted) if wanted else ():
            known.update(names)

    def show(self, owner: str, owner_id: int) -> str:
        """Name whose an account is."""
        self.learn(owner, [owner_id] if owner == MEMBER else [])
        if found := self._names.get(owner, {}).get(owner_id):
            return found
        if owner == MEMBER:
            return api.gettext("Member %(number)s", number=owner_id)
        if owner == STORE:
            return str(owner_id)
        return api.gettext("Chain") if owner == CHAIN else owner

    def show_account(self, name: Name) -> str:
        """Name an account in one line."""
        return f"{self.show(name.owner, name.owner_id)} · {show_kind(name.kind)}"


def store_names() -> dict[int, str]:
    """Return the names of all stores, by number."""
    rows = api.db.session.execute(sa.select(api.Store.id, api.Store.name))
    return {row.id: row.name for row in rows}


def user_names(ids: Sequence[int]) -> dict[int, str]:
    """Return the names of operators, by number."""
    rows = api.db.session.execute(
        sa.select(api.User.id, api.User.name).where(api.User.id.in_(set(ids)))
    )
    return {row.id: row.name for row in rows}
