"""The developer's panel: which hooks ran for a page, at the foot of the page itself."""

from __future__ import annotations

import time

from flask import Flask, Response, g, render_template, request

from console.admin.system.permissions import TRACE_REQUESTS
from console.host import tracing
from console.security import people, users
from console.unit import unit

PREFERENCE = "developer_panel"
END = b"</body>"


def is_on() -> bool:
    """Tell whether the person wants the panel, and may have it."""
    person = people.person()
    return person is not None and bool(person.preferences.get(PREFERENCE)) and TRACE_REQUESTS.held()


@unit
def switch(*, on: bool) -> None:
    """Show the panel to the signed-in person from the next page on, or not any more."""
    person = people.person()
    if person is not None:
        users.remember(person.id, PREFERENCE, on or None)


def install(app: Flask) -> None:
    """Keep account of the console's pages for those who want it, and show it there."""
    app.before_request(_begin)
    app.after_request(_show)


def _begin() -> None:
    if request.path.startswith("/console/") and is_on():
        tracing.begin()
        g.console_trace_begun = time.monotonic()


def _show(response: Response) -> Response:
    trace = tracing.current()
    if trace is None or response.mimetype != "text/html" or response.is_streamed:
        return response
    page = response.get_data()
    if END not in page:
        return response
    seconds = time.monotonic() - g.console_trace_begun
    ran = sorted(trace.ran.values(), key=lambda each: -each.seconds)
    panel = render_template("system/_trace.html", ran=ran, queries=trace.queries, seconds=seconds)
    head, end, tail = page.rpartition(END)
    response.set_data(head + panel.encode() + end + tail)
    return response
