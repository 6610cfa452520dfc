"""Signatures in the manner of WeChat Pay v3, with a shared key instead of certificates."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

from flask import current_app

from console import api

SCHEME = "SANDBOXPAY-HMAC-SHA256"
#: Seconds that the two clocks may differ by.
SKEW = 300
PART = re.compile(r'(\w+)="([^"]*)"')


class BadSignature(Exception):
    """What came is not signed by who it says it is from, or not just now."""


def authorise(method: str, path: str, body: bytes) -> str:
    """Return the Authorization header of a request."""
    stamp, nonce = _stamp(), secrets.token_hex(16)
    signature = _sign(f"{method}\n{path}\n{stamp}\n{nonce}\n", body)
    told = {"mchid": "sandbox", "nonce_str": nonce, "timestamp": stamp, "signature": signature}
    return SCHEME + " " + ",".join(f'{key}="{value}"' for key, value in told.items())


def check_request(header: str, method: str, path: str, body: bytes) -> None:
    """Raise `BadSignature` unless the Authorization header is right for a request."""
    scheme, _space, rest = header.partition(" ")
    told = dict(PART.findall(rest))
    if scheme != SCHEME or not {"nonce_str", "timestamp", "signature"} <= told.keys():
        raise BadSignature("no signature")
    _check_time(told["timestamp"])
    head = f"{method}\n{path}\n{told['timestamp']}\n{told['nonce_str']}\n"
    if not hmac.compare_digest(_sign(head, body), told["signature"]):
        raise BadSignature("wrong signature")


def sign_answer(body: bytes) -> dict[str, str]:
    """Return the headers that prove who sent an answer or a notification."""
    stamp, nonce = _stamp(), secrets.token_hex(16)
    return {
        "Sandboxpay-Timestamp": stamp,
        "Sandboxpay-Nonce": nonce,
        "Sandboxpay-Signature": _sign(f"{stamp}\n{nonce}\n", body),
    }


def check_answer(headers: Mapping[str, str], body: bytes) -> None:
    """Raise `BadSignature` unless an answer or a notification was signed by the sandbox."""
    told = {key.lower(): value for key, value in headers.items()}
    stamp = told.get("sandboxpay-timestamp", "")
    nonce, signature = told.get("sandboxpay-nonce", ""), told.get("sandboxpay-signature", "")
    _check_time(stamp)
    if not hmac.compare_digest(_sign(f"{stamp}\n{nonce}\n", body), signature):
        raise BadSignature("wrong signature")


def _stamp() -> str:
    return str(int(api.now().timestamp()))


def _check_time(stamp: str) -> None:
    fits = stamp.isascii() and stamp.isdecimal() and len(stamp) < 12
    if not fits or abs(int(stamp) - api.now().timestamp()) >= SKEW:
        raise BadSignature("not signed just now")


def _sign(head: str, body: bytes) -> str:
    key = hashlib.blake2b(str(current_app.secret_key).encode(), person=b"sandboxpay").digest()
    return hmac.new(key, head.encode() + body + b"\n", "sha256").hexdigest()
