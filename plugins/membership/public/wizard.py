"""What a phone is in the middle of: kept in its signed session between two pages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import session

from console import api
from plugins.membership.public.routes import CARD

KEY, PROVEN = "membership_phone", "membership_proven"
#: Seconds for which a phone that was proven by a code need not be proven again.
FRESH = 600


@dataclass(frozen=True)
class Step:
    """What is being done with which phone: *act* is apply, bind, old_phone or new_phone."""

    act: str
    phone: str
    target: str = CARD
    store_id: int = 0
    number: str = ""
    marketing: bool = False
    former: str = ""
    member_id: int = 0


def keep(step: Step) -> None:
    """Remember what the next page goes on with."""
    session[KEY] = asdict(step)


def current() -> Step | None:
    """Return what is being done on this phone, or None."""
    kept: Any = session.get(KEY)
    return Step(**kept) if isinstance(kept, dict) else None


def forget() -> None:
    """Forget what was being done."""
    session.pop(KEY, None)


def note_proven(phone: str) -> None:
    """Remember for some minutes that this phone was proven."""
    session[PROVEN] = [phone, int(api.now().timestamp())]


def is_proven(phone: str) -> bool:
    """Tell whether this phone was proven here some minutes ago."""
    kept = session.get(PROVEN)
    if not isinstance(kept, list) or len(kept) != 2:
        return False
    age = int(api.now().timestamp()) - int(kept[1])
    return bool(kept[0] == phone) and 0 <= age < FRESH


def forget_proven() -> None:
    """Ask for a code again next time."""
    session.pop(PROVEN, None)
