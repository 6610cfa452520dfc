"""Calendars that calendar programs read: whoever has the secret address, and nobody else."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request

from plugins.booking.public_routes import routes
from plugins.booking.services.feeds import find_feed, needs_noting, note_reading, read_feed

#: A program that asks more often gets the answer from its own cache.
KEPT_SECONDS = 300


@routes.get("/feeds/<token>.ics", audience="anyone")
def show_feed(token: str) -> Any:
    """Give the visits of a technician or a store to a calendar program."""
    feed = find_feed(token)
    if feed is None:
        abort(404)
    said = read_feed(feed)
    answer = Response(said.text, mimetype="text/calendar")
    answer.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.set_etag(said.etag)
    answer.last_modified = said.changed_at
    if needs_noting(feed):
        note_reading(feed.id)
    return answer.make_conditional(request)
