"""Which QR codes were scanned on this phone: the first is kept, the latest stands beside it."""

from __future__ import annotations

from typing import Any

from console import api
from plugins.membership.services.join_codes import FoundCode, find_codes
from plugins.membership.services.join_codes import count_join as count
from plugins.membership.services.joining import Touch

COOKIE = "member_scans"
KEPT = 90 * 86_400


def tokens() -> list[str]:
    """Return the first and the latest token that were scanned here."""
    return [token for token in api.read_cookie(COOKIE).split(".") if token][:2]


def keep(response: Any, token: str) -> None:
    """Remember that this code was scanned; the first one stays."""
    first = tokens()[:1] or [token]
    api.put_cookie(response, COOKIE, ".".join(dict.fromkeys([*first, token])), max_age=KEPT)


def forget(response: Any) -> None:
    """Forget what was scanned, because it is in her file now."""
    if tokens():
        api.drop_cookie(response, COOKIE)


def scanned() -> list[Touch]:
    """Return the ways in which she came, the first and the latest."""
    return [Touch("wechat", code.store_id, code.staff_id, code.channel) for code in _codes()]


def latest() -> FoundCode | None:
    """Return the code that was scanned last on this phone."""
    codes = _codes()
    return codes[-1] if codes else None


def count_join() -> None:
    """Count somebody who became a member for the code that brought her, the first one."""
    codes = _codes()
    if codes:
        count(codes[0].id)


def _codes() -> list[FoundCode]:
    return find_codes(tokens())
