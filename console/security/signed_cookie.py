"""The cookie in which Flask keeps what is said on the next page; nobody can forge it."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

#: For how many seconds a cookie that was found genuine needs no second look, and how many are.
TRUSTED, MOST_TRUSTED = 60.0, 1000


class SignedCookie(SecureCookieSessionInterface):
    """Flask's own, which makes its signer once and does not check a cookie for every request."""

    def __init__(self) -> None:
        self._made: tuple[object, Any] = None, None
        self._trusted: dict[tuple[object, str], tuple[float, dict[str, str]]] = {}

    def get_signing_serializer(self, app: Flask) -> Any:
        """Return what signs with the keys of *app*."""
        keys, (known, signer) = (app.secret_key, app.config["SECRET_KEY_FALLBACKS"]), self._made
        if signer is None or keys != known:
            signer = super().get_signing_serializer(app)
            self._made = keys, signer
        return signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie of *request* holds; nothing when it is forged or too old."""
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        asked = app.secret_key, cookie
        until, known = self._trusted.get(asked, (0.0, {}))
        if until > time.monotonic():
            return SecureCookieSession(known)
        opened = super().open_session(app, request)
        if opened and all(type(each) is str for each in opened.values()):  # what is never changed
            if len(self._trusted) >= MOST_TRUSTED:
                self._trusted.clear()
            self._trusted[asked] = time.monotonic() + TRUSTED, dict(opened)
        return opened
