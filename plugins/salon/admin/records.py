"""Reaching a record on a page of its own."""

from __future__ import annotations

from typing import TypeVar

from console import api
from console.api import _

M = TypeVar("M")


def reach(model: type[M], number: int, needs: api.Permission) -> M:
    """Return the record if the person reaches it under *needs*; raises `NotFound`."""
    record: M | None = api.find_record(model, number, needs)
    if record is None:
        raise api.NotFound(_("There is no such record."))
    return record
