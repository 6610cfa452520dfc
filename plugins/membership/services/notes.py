"""The notes in a member's file."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.membership.models import Member

LONGEST = 10_000


@api.unit
def put_notes(member_id: int, notes: str) -> None:
    """Write the notes of a member; the audit trail keeps what stood there."""
    member = api.db.session.get_one(Member, member_id, with_for_update=True)
    new = notes.strip().replace("\r\n", "\n")[:LONGEST]
    if new == member.notes:
        return
    before, member.notes = member.notes, new
    member.version += 1
    api.record_audit(
        "membership.noted",
        member,
        before={"notes": before},
        after={"notes": new},
        store_id=member.home_store_id,
        title=_("Changed the notes of a member"),
    )
