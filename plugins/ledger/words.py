"""How accounts, units and amounts are written for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def show_owner(owner: str, owner_id: int, stores: Mapping[int, str]) -> str:
    """Name whose an account is."""
    if owner == MEMBER:
        return api.gettext("Member %(number)s", number=owner_id)
    if owner == STORE:
        return stores.get(owner_id, str(owner_id))
    return api.gettext("Chain") if owner == CHAIN else owner


def show_name(name: Name, stores: Mapping[int, str]) -> str:
    """Name an account in one line."""
    parts = [show_owner(name.owner, name.owner_id, stores), show_kind(name.kind)]
    return " · ".join(parts)


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
