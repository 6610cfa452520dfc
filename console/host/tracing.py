"""What the hooks of one request cost: which ran, in which plugin, how long, how many queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import g
from flask.globals import _cv_app


@dataclass
class Ran:
    """How often a plugin answered a hook, in how many seconds and queries all together."""

    hook: str
    plugin: str
    times: int = 0
    seconds: float = 0.0
    queries: int = 0


@dataclass
class Trace:
    """The account of one request."""

    queries: int = 0
    ran: dict[tuple[str, str], Ran] = field(default_factory=dict)


def begin() -> Trace:
    """Keep account of the running request from now on."""
    trace: Trace = g.setdefault("console_trace", Trace())
    return trace


def current() -> Trace | None:
    """Return the account of the running request, if one is kept."""
    # One look at the context instead of two through a proxy: every query asks.
    context = _cv_app.get(None)
    return context.g.get("console_trace") if context is not None else None


def note(trace: Trace, hook: str, plugin: str, *, seconds: float, queries: int) -> None:
    """Add one answer of a plugin to the account."""
    ran = trace.ran.setdefault((hook, plugin), Ran(hook, plugin))
    ran.times += 1
    ran.seconds += seconds
    ran.queries += queries


@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def _count_query(*_args: Any) -> None:
    trace = current()
    if trace is not None:
        trace.queries += 1
