"""A member's inbox on her phone."""

from __future__ import annotations

from flask import request

from console import api
from plugins.messages.services.inbox import INBOX, mark_read, read_inbox
from plugins.messages.services.texts import show_body, show_title

LONGEST_NUMBER = 18

routes = api.PublicRoutes("messages", __name__)


@routes.get("/inbox", audience="visitor")
def show_inbox() -> str:
    """Show her messages, the newest first; what she has seen is read from then on."""
    member = api.visitor().id
    page = read_inbox(member, _before())
    lines = [
        {
            "number": row.id,
            "title": show_title(row),
            "body": show_body(row),
            "sent_at": row.sent_at,
            "url": row.url,
            "new": row.id in page.unread,
        }
        for row in page.messages
    ]
    if page.unread and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        mark_read(member, sorted(page.unread))
    return api.render_public("messages/inbox.html", lines=lines, older=page.older, url=INBOX)


def _before() -> int | None:
    """Return the number that the page begins below; anything else than a number is the first."""
    asked = request.args.get("before", "")
    fits = asked.isascii() and asked.isdecimal() and len(asked) <= LONGEST_NUMBER
    return int(asked) if fits else None
