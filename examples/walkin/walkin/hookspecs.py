"""What the queue announces."""

from __future__ import annotations

from console import api


@api.event
def walkin_guest_called(ticket_id: int, member_id: int | None) -> None:
    """A guest's number came up; *member_id* is known if she took it on her own phone."""
