"""The hooks that the salon calls."""

from __future__ import annotations

from collections.abc import Iterable

from console import api


@api.collect
def salon_leaving_consequences(staff_id: int) -> Iterable[str]:
    """Say, in words for the confirmation page, what a person's leaving will change."""
    raise NotImplementedError


@api.joining
def salon_staff_leaving(staff_id: int, successor_id: int | None) -> None:
    """Hand over, or end, what a person who leaves was in charge of; raising keeps her."""
    raise NotImplementedError
