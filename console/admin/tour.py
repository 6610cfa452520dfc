"""The tour of the demo: a few stops on the home page that tick themselves off."""

from __future__ import annotations

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
    "plugins", _("Switch a plugin off and on"), "/console/system/plugins/", VIEW_PLUGINS
)


def stops() -> list[TourStop]:
    """Return the stops that the person may go to, in the order of the plugins."""
    host = current_app.extensions["console"]
    told = [s for mounted in host.active() for part in mounted.demo for s in part.tour]
    return [stop for stop in (*told, LAST) if stop.needs.held()]


def shown() -> dict[str, Any] | None:
    """Return what the home page shows of the tour; None without the demo, or once it is closed."""
    person = people.person()
    seen = person.preferences.get(KEPT, []) if person else CLOSED
    if not demo.is_on() or seen == CLOSED:
        return None
    found = [{"stop": stop, "seen": stop.key in seen} for stop in stops()]
    return {
        "stops": found,
        "seen": sum(each["seen"] for each in found),
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
