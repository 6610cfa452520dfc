"""The digits of a member code: who she is and which minute it is, sealed so that nobody guesses.

A code is a 9, so that no payment code can be mistaken for it, the member's number in eight
digits that look like others every minute, and eleven digits that only the key can make.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence

LENGTH, FIRST = 20, "9"
HALF, ROUNDS = 10_000, 4
MOST_MEMBERS = HALF * HALF
SEALS = 10**11
#: Seconds for which a code is shown before the next one; the one before it still counts.
STEP = 60


def make_digits(key: bytes, member_id: int, series: int, step: int) -> str:
    """Return the code of a member in one minute; *series* makes all earlier ones worthless."""
    if not 0 < member_id < MOST_MEMBERS:
        raise ValueError(f"no code has room for member {member_id}")
    return f"{FIRST}{_hide(key, member_id, step):08}{_seal(key, member_id, series, step):011}"


def is_code(text: str) -> bool:
    """Tell whether a text has the shape of a member code."""
    return len(text) == LENGTH and text.isascii() and text.isdecimal() and text[0] == FIRST


def read_digits(
    keys: Sequence[bytes],
    code: str,
    now: int,
    find_series: Callable[[int], int | None],
) -> tuple[int, int] | None:
    """Return whose code it is and of which minute, or None for one that does not count at *now*.

    *now* counts minutes. *find_series* answers None for a number that is no member's.
    """
    if not is_code(code):
        return None
    for key in keys:
        for step in (now, now - 1):
            member_id = _show(key, int(code[1:9]), step)
            series = find_series(member_id) if member_id else None
            if series is None:
                continue
            seal = f"{_seal(key, member_id, series, step):011}"
            if hmac.compare_digest(seal, code[9:]):
                return member_id, step
    return None


def _seal(key: bytes, member_id: int, series: int, step: int) -> int:
    told = f"{member_id}.{series}.{step}".encode()
    digest = hashlib.blake2b(told, digest_size=16, key=key, person=b"member code seal").digest()
    return int.from_bytes(digest) % SEALS


def _turn(key: bytes, turn: int, step: int, half: int) -> int:
    told = f"{turn}.{step}.{half}".encode()
    digest = hashlib.blake2b(told, digest_size=8, key=key, person=b"member code turn").digest()
    return int.from_bytes(digest) % HALF


def _hide(key: bytes, member_id: int, step: int) -> int:
    left, right = divmod(member_id, HALF)
    for turn in range(ROUNDS):
        left, right = right, (left + _turn(key, turn, step, right)) % HALF
    return left * HALF + right


def _show(key: bytes, hidden: int, step: int) -> int:
    left, right = divmod(hidden, HALF)
    for turn in reversed(range(ROUNDS)):
        left, right = (right - _turn(key, turn, step, left)) % HALF, left
    return left * HALF + right
