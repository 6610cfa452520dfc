"""The keys of member codes, made from the installation's own secret."""

from __future__ import annotations

import hashlib

from flask import current_app


def code_keys() -> list[bytes]:
    """Return the key that codes are made with, then those of former secrets that still count."""
    former = current_app.config.get("SECRET_KEY_FALLBACKS") or ()
    return [_derive(str(secret)) for secret in (current_app.secret_key, *former)]


def _derive(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"member code key").digest()
