"""Approvals: acts that a second person must agree to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from console.db import Model
from console.security.permissions import Permission


@dataclass(frozen=True)
class ApprovalKind:
    """A kind of act that waits for a second person who holds *needs*."""

    key: str
    title: Any
    needs: Permission
    apply: Callable[[dict[str, Any]], None]


def ask_approval(
    kind: ApprovalKind, payload: dict[str, Any], *, reason: str, subject: Model | None = None
) -> int:
    """Ask for approval of an act, in a unit; return the number of the request."""
    raise NotImplementedError
