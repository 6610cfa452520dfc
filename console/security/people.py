"""The person behind the request at hand."""

from __future__ import annotations

from flask import Request, Response, g, request
from flask.globals import _cv_app
from sqlalchemy.exc import DBAPIError

from console import clock
from console.errors import Refused
from console.i18n import _
from console.security import cookies, sessions
from console.security.sessions import Person
from console.visitors import is_public_page

#: A page that asks by itself, such as the bell, says so and does not keep a session awake.
BY_ITSELF = "X-Asks-Itself"
#: What is known of a request's sender, and what follows from it.
REMEMBERED = (
    "console_found",
    "console_person",
    "console_visitor",
    "_login_user",
    "_flask_babel",
)


def person() -> Person | None:
    """Return who is signed in on this browser; a locked till's person counts."""
    kept = vars(_cv_app.get().g)  # a page asks ten times, each time by a proxy
    if "console_found" not in kept:
        # On a member's page nobody of the staff acts, although one may use the same browser.
        token = "" if is_public_page() else cookies.read(cookies.STAFF)
        g.console_found = sessions.find(token) if token else None
        g.console_person = g.console_found.person if g.console_found else None
    found: Person | None = kept["console_person"]
    return found


def load(_request: Request) -> Person | None:
    """Answer Flask-Login: a person at a locked till is not signed in."""
    found = person()
    return None if found is None or found.locked else found


def ask_for_password() -> None:
    """Refuse what a PIN of four digits is too weak for, when the person came by one."""
    found = person()
    if found is not None and found.by_pin:
        raise Refused(_("Sign in with your password to do this; a PIN is not enough."))


def forget() -> None:
    """Read the session, and the language that follows from it, again when next asked for.

    Every request begins so: a context that outlives it, as in tests, must not hold a person.
    """
    kept = vars(_cv_app.get().g)
    for name in REMEMBERED:
        kept.pop(name, None)


def note_use(response: Response) -> Response:
    """Write down that the session was used, at most once a minute; renew its token when due."""
    found: sessions.Found | None = g.get("console_found")
    if found is None or found.person.locked:
        return response
    if found.rotate:
        cookies.put(response, cookies.STAFF, sessions.rotate(found.person.session_id))
    if clock.now() - found.seen_at < sessions.TOUCH or BY_ITSELF in request.headers:
        return response
    try:
        sessions.touch(found.person.session_id)
    except DBAPIError:
        return response  # the answer is ready, and the next request will tell
    return response
