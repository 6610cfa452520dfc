"""The code that a store shows to those who come to work, and how far off a phone is."""

from __future__ import annotations

import hashlib
import hmac
import math
from typing import Any

from flask import current_app

from console import api
from console.api import _
from plugins.salon.api import StoreProfile

#: A code is shown for so many seconds, and counts for as many of them as it takes to come in.
STEP, COUNTS = 30, 6
EARTH_METRES = 6_371_000

PLACE = api.Setting(
    "booking.attendance_place",
    _("Ask the phones of staff who check in where they are"),
    "ask",
    _("Only whether it was near the store is kept, never where it was."),
    choices=(
        ("off", _("No")),
        ("ask", _("Yes; who does not say it can check in all the same")),
        ("need", _("Yes; only near the store it is possible to check in")),
    ),
    per_store=True,
)
METRES = api.Setting(
    "booking.attendance_metres",
    _("Near the store is within so many metres"),
    200,
    least=20,
    most=5_000,
    per_store=True,
)


def code_now(store_id: int) -> str:
    """Return the code that a store shows at this moment."""
    return _make(str(current_app.secret_key), store_id, _step())


def counts_now(store_id: int, code: str) -> bool:
    """Tell whether a store showed a code a moment ago."""
    former = current_app.config.get("SECRET_KEY_FALLBACKS") or ()
    made = (
        _make(str(secret), store_id, _step() - ago)
        for secret in (current_app.secret_key, *former)
        for ago in range(COUNTS)
    )
    return code.isascii() and any(hmac.compare_digest(one, code) for one in made)


def metres_off(store_id: int, latitude: float, longitude: float) -> int | None:
    """Return how far a point is from the store's point on the map; None where it has none."""
    profile = api.db.session.get(StoreProfile, store_id)
    if profile is None or profile.latitude is None or profile.longitude is None:
        return None
    here, there = math.radians(latitude), math.radians(profile.latitude)
    east = math.radians(profile.longitude - longitude)
    half = math.sin((there - here) / 2) ** 2
    half += math.cos(here) * math.cos(there) * math.sin(east / 2) ** 2
    return round(2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(half))))


def check_place(store_id: int, point: tuple[float, float] | None) -> tuple[bool | None, Any]:
    """Return whether somebody is near a store, and what she is told; raises `Refused`.

    None stands for a place that nobody asked for or that she did not say.
    """
    rule = PLACE.get(store_id)
    off = metres_off(store_id, *point) if point is not None and rule != "off" else None
    if off is None:
        if rule == "need" and has_point(store_id):
            raise api.Refused(_("Let your phone say where it is; this store asks for it."))
        return None, ""
    near = off <= METRES.get(store_id)
    if rule == "need" and not near:
        raise api.Refused(_("You are %(metres)s m from the store. Come closer.", metres=off))
    return near, _("You are %(metres)s m from the store.", metres=off)


def has_point(store_id: int) -> bool:
    """Tell whether a store has a point on the map."""
    return metres_off(store_id, 0.0, 0.0) is not None


def _step() -> int:
    return int(api.now().timestamp()) // STEP


def _make(secret: str, store_id: int, step: int) -> str:
    key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"attendance").digest()
    return hashlib.blake2b(f"{store_id}.{step}".encode(), digest_size=8, key=key).hexdigest()


SETTINGS = (PLACE, METRES)
