"""What the waiting list and classes announce."""

from __future__ import annotations

from console import api


@api.event
def booking_wait_joined(wait_id: int) -> None:
    """Somebody joined the waiting list."""


@api.event
def booking_time_offered(wait_id: int) -> None:
    """A time, or a place in a class, is kept for somebody who waits; she was told."""


@api.event
def booking_wait_ended(wait_id: int, state: str) -> None:
    """Somebody no longer waits: *state* is taken, over, or removed."""


@api.event
def booking_class_planned(class_id: int) -> None:
    """A class was planned; members can book it."""


@api.event
def booking_class_cancelled(class_id: int) -> None:
    """A class will not be; the visits of its guests are cancelled in the same unit."""


#: The hooks that are called; the manifest declares them.
HOOKS = (
    booking_wait_joined,
    booking_time_offered,
    booking_wait_ended,
    booking_class_planned,
    booking_class_cancelled,
)
