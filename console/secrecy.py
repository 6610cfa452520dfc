"""Texts that lie concealed in the database: whoever has the database alone cannot read them.

The keys are made from the seal key, a file outside the database; without it nothing is uncovered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from console.errors import Refused
from console.i18n import _
from console.seal_key import seal_key

NONCE, MARK = 16, 32


def conceal(text: str) -> str:
    """Return *text* encrypted and authenticated, differently each time."""
    nonce, plain = secrets.token_bytes(NONCE), text.encode()
    hidden = _mix(nonce, plain)
    return base64.urlsafe_b64encode(nonce + _mark(nonce + hidden) + hidden).decode()


def uncover(concealed: str) -> str:
    """Return the text that `conceal` hid; `Refused` if it was changed or the key is another."""
    told = base64.urlsafe_b64decode(concealed)
    nonce, mark, hidden = told[:NONCE], told[NONCE : NONCE + MARK], told[NONCE + MARK :]
    if not hmac.compare_digest(mark, _mark(nonce + hidden)):
        raise Refused(_("This cannot be read with the key of this installation."))
    return _mix(nonce, hidden).decode()


def _mix(nonce: bytes, data: bytes) -> bytes:
    stream = hashlib.shake_256(_key(b"conceal: stream") + nonce).digest(len(data))
    return bytes(one ^ other for one, other in zip(data, stream, strict=True))


def _mark(data: bytes) -> bytes:
    return hmac.digest(_key(b"conceal: mark"), data, "sha256")


def _key(use: bytes) -> bytes:
    return hashlib.blake2b(use, key=hashlib.sha256(seal_key()).digest(), digest_size=32).digest()
