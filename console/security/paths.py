"""Where a redirect may lead: to pages of the console itself, and nowhere else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import request

HOME = "/console/"
#: Pages of the staff besides those below `HOME`.
PLACES = ("/console", "/demo/counter")
_LONGEST = 2000
#: A browser drops control characters and takes a backslash for a slash.
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")


def is_plain(target: str) -> bool:
    """Tell whether a path is short and holds nothing that a browser reads in its own way."""
    return len(target) <= _LONGEST and not _FORBIDDEN.search(target)


def own_path(target: str | None) -> str:
    """Return *target* if it is a path of the console, else the home page."""
    if not target or not is_plain(target):
        return HOME
    if target not in PLACES and not target.startswith(HOME):
        return HOME
    parts = urlsplit(target)
    return HOME if parts.scheme or parts.netloc else target


def path_to_return() -> str:
    """Return the page to come back to after a sign-in: this one, or the one with the form."""
    if request.method in ("GET", "HEAD"):
        return own_path(request.full_path.rstrip("?"))
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.host:
        return HOME
    query = f"?{came_from.query}" if came_from.query else ""
    return own_path(came_from.path + query)
