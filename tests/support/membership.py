"""Makers of members for tests."""

from __future__ import annotations

from typing import Any

from plugins.membership.api import Member, NewMember, Touch, add_member

PHONE = "13800138000"


def join(name: str = "陈诗雅", store: int = 1, phone: str | None = PHONE, **more: Any) -> Member:
    """Let somebody become a member of a store."""
    more.setdefault("touch", Touch("manual", store))
    return add_member(NewMember(name, store, phone, **more))
