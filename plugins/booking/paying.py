"""What other plugins add to booking about money: terms, how a guest pays, what becomes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console import api


@dataclass(frozen=True)
class Asked:
    """A booking that a member is about to send from her phone.

    *price_fen* is what it costs where that is not the list price, as in a class.
    """

    store_id: int
    member_id: int
    starts_at: dt.datetime
    variant_ids: Sequence[int]
    price_fen: int | None = None


@dataclass(frozen=True)
class Terms:
    """What a member reads before she sends a booking, and may choose.

    *ways* are values and labels of the form's field `way`.
    """

    words: Sequence[Any] = ()
    ways: Sequence[tuple[str, Any]] = ()


@dataclass(frozen=True)
class Note:
    """A line on the phone page of a booking, with where it leads."""

    label: Any
    words: Any
    hint: Any = ""
    url: str = ""
    link: Any = ""


@api.collect
def booking_terms(asked: Asked) -> Iterable[Terms]:
    """Return what a member has to know and may choose before she books on her phone."""
    raise NotImplementedError


@api.joining
def booking_visit_sending(visit_id: int, form: Mapping[str, str]) -> int | None:
    """Write what belongs to a booking that a member sends now; *form* holds her choices.

    With an answer the time is only kept for so many minutes, until somebody submits the booking;
    0 leaves it kept for as long as it is. It is asked for every way in: a chosen time, an offer
    of the waiting list, a place in a class; again when she sends it again.
    """
    raise NotImplementedError


@api.joining
def booking_visit_turning(visit_id: int, act: str, member_id: int | None) -> None:
    """Write what belongs to an act on a visit, in the same unit; raising keeps it.

    *act* is one of those of `booking_check_visit`; *member_id* is None for a guest without a
    file, and in a class's own visit.
    """
    raise NotImplementedError


@api.first
def booking_lead_guest(visit_id: int) -> str | None:
    """Say where a member goes on her phone once she has sent a booking, such as to pay."""
    raise NotImplementedError


@api.collect
def booking_phone_notes(visit_id: int) -> Iterable[Note]:
    """Return what else a member should see on the page of her booking."""
    raise NotImplementedError


PAYING_HOOKS = (
    booking_lead_guest,
    booking_phone_notes,
    booking_terms,
    booking_visit_sending,
    booking_visit_turning,
)
