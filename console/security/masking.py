"""Masking: how a number looks to those who may not see it in full."""

from __future__ import annotations

from typing import Any

from console.security.permissions import SEE_PHONES


def mask(value: str | None, kind: str = "phone") -> str:
    """Hide the middle of a phone number (138****8000), or all of another text."""
    if not value:
        return ""
    if kind != "phone":
        return "****"
    return f"{value[:-8]}****{value[-4:]}" if len(value) >= 11 else f"{value[:1]}****{value[-2:]}"


def show(value: str | None, kind: str = "phone", *, model: type[Any], record_id: int) -> str:
    """Return *value* in full to those who may see it, masked to the others."""
    return value or "" if SEE_PHONES.held() else mask(value, kind)
