"""The application as tests use it; `console.testing` has it."""

from __future__ import annotations

from console.testing.app import (
    KEY,
    Browser,
    MakeApp,
    forget_locks,
    make_config,
)

__all__ = [
    "KEY",
    "Browser",
    "MakeApp",
    "forget_locks",
    "make_config",
]
