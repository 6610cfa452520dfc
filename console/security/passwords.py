"""Passwords and PINs: argon2id, four at a time, and none that stands on a list."""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from console.errors import Refused
from console.i18n import _

SHORTEST, LONGEST = 8, 128
#: A password without letters must be longer.
DIGITS_ONLY = 12
PIN = re.compile(r"[0-9]{4,6}")
#: OWASP's argon2id with 19 MiB; four at once are 76 MiB and two cores' work.
OWASP = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
hasher = OWASP
_places = threading.BoundedSemaphore(4)
_PATIENCE = 10


class Busy(Refused):
    """Too many people sign in at this moment."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("Too many people sign in at this moment. Try again in a few seconds."))


def hash_secret(secret: str) -> str:
    """Hash a password or PIN; takes about 40 ms, so never do it in a unit."""
    if not _places.acquire(timeout=_PATIENCE):
        raise Busy
    try:
        return hasher.hash(secret)
    finally:
        _places.release()


def matches(hashed: str | None, secret: str) -> bool:
    """Tell whether *secret* is right; without a hash the same work is done for a plain no."""
    possible = hashed is not None and len(secret) <= LONGEST
    if not _places.acquire(timeout=_PATIENCE):
        raise Busy
    try:
        return hasher.verify(hashed or _dummy(), secret[:LONGEST]) and possible
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    finally:
        _places.release()


def wants_rehash(hashed: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return hasher.check_needs_rehash(hashed)


def check_password(password: str, *, personal: tuple[str, ...] = ()) -> None:
    """Refuse a password that is too short, too long, common, or made of *personal* words."""
    if len(password) < SHORTEST:
        raise Refused(_("A password has at least %(count)s characters.", count=SHORTEST))
    if len(password) > LONGEST:
        raise Refused(_("A password has at most %(count)s characters.", count=LONGEST))
    plain = _plain(password)
    if plain in _common() or len(set(plain)) < 3:
        raise Refused(_("Too many people use this password. Choose another one."))
    core = re.sub(r"[\d\W_]+", "", plain)
    own = {_plain(word) for text in personal for word in (text, *text.split()) if word}
    known = _shop_words() | own | {re.sub(r"[\d\W_]+", "", word) for word in own}
    if core in known - {""} or (not core and len(plain) < DIGITS_ONLY):
        raise Refused(_("This password is easy to guess: add words that nobody links with you."))


def check_pin(pin: str) -> None:
    """Refuse a PIN that is not four to six digits, or that everybody tries first."""
    if not PIN.fullmatch(pin):
        raise Refused(_("A PIN has four to six digits."))
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise Refused(_("This PIN is easy to guess. Choose another one."))


def make_password() -> str:
    """Return a new random password that a person can read out and type."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _n in range(4)) for _part in range(4))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


@cache
def _dummy() -> str:
    return hasher.hash(secrets.token_urlsafe())


@cache
def _common() -> frozenset[str]:
    return _lines("common_passwords.txt")


@cache
def _shop_words() -> frozenset[str]:
    return _lines("shop_words.txt")


def _lines(name: str) -> frozenset[str]:
    text = (files("console.security") / name).read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
