"""The console's own cookies: who is signed in, which till this is, which language is read.

A member's phone keeps its own language and look, apart from those of the console.
"""

from __future__ import annotations

from flask import current_app, request
from werkzeug.wrappers import Response

STAFF = "console_staff"
TILL = "console_till"
LANGUAGE = "console_language"
PHONE_LANGUAGE = "console_phone_language"
PHONE_LOOK = "console_phone_look"
YEAR = 365 * 86_400


def read(name: str) -> str:
    """Return what the browser sent, or nothing."""
    return request.cookies.get(_full(name), "")[:200]


def put(response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    """Send a cookie that scripts and other sites never see; without *max_age* for this visit."""
    response.set_cookie(
        _full(name),
        value,
        max_age=max_age,
        secure=_secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def drop(response: Response, name: str) -> None:
    """Make the browser forget a cookie."""
    response.delete_cookie(_full(name), secure=_secure(), httponly=True, samesite="Lax", path="/")


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _full(name: str) -> str:
    return f"__Host-{name}" if _secure() else name
