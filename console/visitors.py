"""The visitor: a member on her phone, as the plugins know her, and the pages made for her."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, g, has_request_context, jsonify, redirect, request
from werkzeug.wrappers import Response

from console.hookspecs import console_identify_visitor, console_welcome_visitor
from console.i18n import gettext

#: The first segment of every address that is not a member's: the console's and machines'.
NOT_PUBLIC = frozenset(
    {"", "admin", "api", "console", "demo", "files", "healthz", "metrics", "readyz", "static"}
)


@dataclass(frozen=True)
class Visitor:
    """Who is signed in on her phone; *id* is the member's number."""

    id: int
    name: str
    locale: str | None = None


@dataclass(frozen=True)
class PhoneTab:
    """A tab at the lower edge of a visitor's pages; *count* shows how much is new there.

    *icon* is one of `assets/phone_icons.txt`; the salon's own page has order 10, hers 90.
    """

    label: Any
    icon: str
    url: str
    order: int = 50
    count: int = 0


def is_public_page() -> bool:
    """Tell whether the request is for a member's page rather than for one of the staff's."""
    return has_request_context() and is_public_path(request.path)


def is_public_path(path: str) -> bool:
    """Tell whether a path lies outside the console."""
    return path.lstrip("/").partition("/")[0] not in NOT_PUBLIC


def find_visitor() -> Visitor | None:
    """Return who is signed in on this phone, asking the plugins once in a request."""
    if "console_visitor" not in g:
        g.console_visitor = None  # whoever asks meanwhile, as for the language, must not wait
        host = current_app.extensions["console"]
        found = host.answers(console_identify_visitor) if is_public_page() else []
        g.console_visitor = found[0] if found else None
    known: Visitor | None = g.console_visitor
    return known


def visitor() -> Visitor:
    """Return the visitor; only in a route whose audience is "visitor"."""
    found = find_visitor()
    if found is None:
        raise RuntimeError("this route's audience is not 'visitor'")
    return found


def forget_visitor() -> None:
    """Ask anew who the visitor is, as after she signed in or out."""
    g.pop("console_visitor", None)
    g.pop("_flask_babel", None)


def check_visitor() -> Response | None:
    """Let a visitor pass; lead anybody else to where she signs in, or refuse what she sent."""
    if find_visitor() is not None:
        return None
    if request.accept_mimetypes.best == "application/json" or request.is_json:
        answer = jsonify(ok=False, error=gettext("Open your member card first."))
        answer.status_code = 401
        return answer
    if request.method in ("GET", "HEAD"):
        door = welcome_path(request.full_path.rstrip("?"))
        if door is not None:
            return redirect(door)
    return abort(401)


def welcome_path(target: str) -> str | None:
    """Return where somebody signs in on her phone and comes back to *target*; None if nowhere."""
    found = current_app.extensions["console"].answers(console_welcome_visitor, target=target)
    return str(found[0]) if found else None


def public_path(target: str | None, default: str) -> str:
    """Return *target* if it is a path of members' pages on this console, else *default*."""
    from console.security.paths import is_plain

    if not target or not is_plain(target):
        return default
    parts = urlsplit(target)
    own = target.startswith("/") and not target.startswith("//")
    if not own or parts.scheme or parts.netloc or not is_public_path(parts.path):
        return default
    return target
