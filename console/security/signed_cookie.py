"""The cookie in which Flask keeps what is said on the next page; nobody can forge it."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface


class SignedCookie(SecureCookieSessionInterface):
    """Flask's own, whose signer is made once instead of twice for each request."""

    _made: tuple[object, Any] = None, None

    def get_signing_serializer(self, app: Flask) -> Any:
        """Return what signs with the keys of *app*."""
        keys, (known, signer) = (app.secret_key, app.config["SECRET_KEY_FALLBACKS"]), self._made
        if signer is None or keys != known:
            signer = super().get_signing_serializer(app)
            self._made = keys, signer
        return signer
