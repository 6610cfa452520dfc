"""Members' pages on their phones."""

from __future__ import annotations

from plugins.membership.public import (
    apply,
    balance,
    card,
    confirm,
    demo,
    details,
    history,
    id_document,
    join,
    own_phone,
    points,
    privacy,
)
from plugins.membership.public.routes import routes

__all__ = [
    "PAGES",
    "apply",
    "balance",
    "card",
    "confirm",
    "demo",
    "details",
    "history",
    "id_document",
    "join",
    "own_phone",
    "points",
    "privacy",
]

PAGES = (routes,)
