"""What booking announces, and whom it asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from console import api


@api.check
def booking_check_visit(visit_id: int, act: str) -> object | None:
    """Object, in words for whoever books, to an act on a visit that is about to be stored.

    *act* is book, change, cancel, confirm, reject, arrive, start, done, no_show or extend.
    """
    raise NotImplementedError


@api.collect
def booking_visit_marks(visit_ids: Sequence[int]) -> Iterable[tuple[int, str]]:
    """Return what the board says of visits besides, such as that her code was scanned."""
    raise NotImplementedError


@api.event
def booking_visit_booked(visit_id: int) -> None:
    """Somebody booked, or asked to; the visit's status tells which."""


@api.event
def booking_visit_moved(visit_id: int) -> None:
    """A visit got another time, technician or service."""


@api.event
def booking_visit_status_changed(visit_id: int, before: str, after: str) -> None:
    """A visit was reviewed, cancelled, begun, done, or nobody came."""


@api.event
def booking_visit_rated(visit_id: int, stars: int) -> None:
    """A guest said what she thinks of a visit, or said otherwise; one to five stars."""


#: The hooks that are called; the manifest declares them.
HOOKS = (
    booking_check_visit,
    booking_visit_booked,
    booking_visit_marks,
    booking_visit_moved,
    booking_visit_status_changed,
    booking_visit_rated,
)
