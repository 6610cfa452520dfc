"""The tour of the demo: a few stops on the home page that tick themselves off."""

from __future__ import annotations

from math import inf
from typing import Any

from flask import current_app

from console import demo
from console.admin.system.permissions import VIEW_PLUGINS
from console.errors import NotFound
from console.i18n import _
from console.plugin import TourStop
from console.security import people, users
from console.security.permissions import CLEAR_DEMO

#: Where a person's progress is kept: the keys of the stops she has seen, or "closed".
KEPT = "tour"
CLOSED = "closed"
LAST = TourStop(
    "plugins", _("Switch a plugin off and on"), "/console/system/plugins/", VIEW_PLUGINS, 4.5
)


def stops() -> list[TourStop]:
    """Return the stops that the person may go to: by the minute, then as plugins name them."""
    host = current_app.extensions["console"]
    told = [s for mounted in host.active() for part in mounted.demo for s in part.tour]
    held = [stop for stop in (*told, LAST) if stop.needs.held()]
    return sorted(held, key=lambda stop: inf if stop.minute is None else stop.minute)


def shown() -> dict[str, Any] | None:
    """Return what the home page shows of the tour; None without the demo, or once it is closed."""
    person = people.person()
    seen = person.preferences.get(KEPT, []) if person else CLOSED
    if not demo.is_on() or seen == CLOSED:
        return None
    told = stops()
    found = [{"stop": stop, "seen": stop.key in seen} for stop in told]
    timed = sum(stop.minute is not None for stop in told) or len(told)
    return {
        "stops": found[:timed],
        "more": found[timed:],
        "seen": sum(each["seen"] for each in found[:timed]),
        "may_clear": CLEAR_DEMO.held_everywhere(),
    }


def go(key: str) -> str:
    """Tick a stop off and return the address it leads to."""
    stop = next((stop for stop in stops() if stop.key == key), None)
    person = people.person()
    if stop is None or person is None:
        raise NotFound(_("There is no such stop on the tour."))
    seen = person.preferences.get(KEPT, [])
    if seen != CLOSED and key not in seen:
        users.remember(person.id, KEPT, [*seen, key])
    return stop.path


def close() -> None:
    """Put the tour away for good."""
    person = people.person()
    if person is not None:
        users.remember(person.id, KEPT, CLOSED)
