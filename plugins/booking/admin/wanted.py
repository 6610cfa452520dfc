"""What the desk has chosen so far for each guest of a party, as its form sends it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from flask import request

from plugins.booking.forms import number_of
from plugins.booking.services.planning import MOST_GUESTS, Wish

MOST_EACH = 6
#: How long the time is kept for whoever decides on the spot.
MINUTES, LONGEST = 60, 480
LENGTHS = (*range(15, 120, 15), *range(120, 301, 30))


@dataclass
class Wanted:
    """The services of each guest and who serves her; who chose nothing has what the first has."""

    guests: list[list[int]]
    staff: dict[int, int] = field(default_factory=dict)
    #: The guest for whom the next tap is.
    guest: int = 0
    minutes: int = MINUTES

    @property
    def lengths(self) -> list[int]:
        """How long the time can be kept with one tap, and how long it is."""
        return sorted({*LENGTHS, self.minutes})

    def wishes(self) -> list[Wish]:
        """Return the wishes of all guests; without a service it is decided on the spot."""
        found = []
        for guest, chosen in enumerate(self.guests):
            variants: list[int | None] = [*(chosen or self.guests[0])]
            for variant in variants or [None]:
                found.append(Wish(variant, self.staff.get(guest), guest, self.minutes))
        return found[:12]

    def wants(self, variants: Set[int]) -> bool:
        """Tell whether the guest at hand wants one of some variants."""
        return bool(variants & set(self.guests[self.guest] or self.guests[0]))

    def pairs(self) -> list[str]:
        """Return all that was chosen, as hidden fields of the form hold it."""
        return [f"{guest}:{v}" for guest, chosen in enumerate(self.guests) for v in chosen]

    def served(self) -> list[str]:
        """Return who serves whom, as hidden fields of the form hold it."""
        return [f"{guest}:{number}" for guest, number in sorted(self.staff.items())]


def read_wanted() -> Wanted:
    """Read what was chosen, and do what was tapped."""
    party = min(max(number_of("party") or 1, 1), MOST_GUESTS)
    wanted = Wanted([[] for _guest in range(party)])
    wanted.guest = min(number_of("guest_at") or 0, party - 1)
    wanted.minutes = min(max(number_of("minutes") or MINUTES, 5), LONGEST)
    for text in request.values.getlist("variant_id"):
        _add(wanted, 0, text)
    for text in request.values.getlist("wish"):
        guest, _colon, variant = text.partition(":")
        _add(wanted, _digits(guest), variant)
    if number_of("staff_id"):
        wanted.staff[0] = number_of("staff_id") or 0
    for text in request.values.getlist("with"):
        guest, _colon, staff = text.partition(":")
        _serve(wanted, _digits(guest), _digits(staff))
    _tap(wanted)
    return wanted


def _tap(wanted: Wanted) -> None:
    act, _colon, rest = request.values.get("tap", "").partition(":")
    number = _digits(rest)
    if act == "service" and number is not None:
        chosen = wanted.guests[wanted.guest]
        if number in chosen:
            chosen.remove(number)
        else:
            _add(wanted, wanted.guest, rest)
    elif act == "later":
        wanted.guests[wanted.guest] = []
    elif act == "staff":
        _serve(wanted, wanted.guest, number or 0)
    elif act == "guest" and number is not None and number < len(wanted.guests):
        wanted.guest = number
    elif act == "more" and len(wanted.guests) < MOST_GUESTS:
        wanted.guests.append([])
        wanted.guest = len(wanted.guests) - 1
    elif act == "fewer" and len(wanted.guests) > 1:
        wanted.guests.pop()
        wanted.staff.pop(len(wanted.guests), None)
        wanted.guest = min(wanted.guest, len(wanted.guests) - 1)


def _add(wanted: Wanted, guest: int | None, text: str) -> None:
    number = _digits(text)
    if number is None or guest is None or guest >= len(wanted.guests):
        return
    if number not in wanted.guests[guest] and len(wanted.guests[guest]) < MOST_EACH:
        wanted.guests[guest].append(number)


def _serve(wanted: Wanted, guest: int | None, staff: int | None) -> None:
    if guest is None or guest >= len(wanted.guests):
        return
    if staff:
        wanted.staff[guest] = staff
    else:
        wanted.staff.pop(guest, None)


def _digits(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
