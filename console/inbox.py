"""The staff inbox: things to do and things to know."""

from __future__ import annotations

from typing import Any

from console.security.permissions import Permission


def notify(
    title: Any,
    body: Any = "",
    *,
    url: str = "",
    store_id: int | None = None,
    permission: Permission | None = None,
    user_id: int | None = None,
    todo: bool = False,
    key: str | None = None,
) -> None:
    """Put a notice into the inbox of one person, or of all who hold *permission* in a store."""
