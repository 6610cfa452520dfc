"""Names by which other systems know a member, such as her openid with an official account."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from plugins.membership.models import Identity
from plugins.membership.services.timeline import note_history


def find_by_identity(kind: str, subject: str) -> int | None:
    """Return the member whom another system knows as *subject*, or None."""
    found: int | None = api.db.session.scalar(
        sa.select(Identity.member_id).where(Identity.kind == kind, Identity.subject == subject)
    )
    return found


@api.unit
def bind_identity(kind: str, subject: str, member_id: int) -> None:
    """Bind a member to who she is in another system; whom it was before loses it at once.

    A member has one identity of each kind, and each identity is one member's.
    """
    if find_by_identity(kind, subject) == member_id:
        return
    held = sa.or_(
        sa.and_(Identity.kind == kind, Identity.subject == subject),
        sa.and_(Identity.kind == kind, Identity.member_id == member_id),
    )
    api.db.session.execute(
        sa.delete(Identity).where(held).execution_options(synchronize_session=False)
    )
    identity = Identity(kind=kind, subject=subject, member_id=member_id, bound_at=api.now())
    api.db.session.add(identity)
    note_history(member_id, "bound")


@api.unit
def unbind_identity(kind: str, subject: str) -> None:
    """Let another system know nobody by this name any more."""
    api.db.session.execute(
        sa.delete(Identity)
        .where(Identity.kind == kind, Identity.subject == subject)
        .execution_options(synchronize_session=False)
    )
