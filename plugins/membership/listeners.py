"""What membership does when something happens elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from console import api
from plugins.membership.models import Member
from plugins.membership.services.filing import hand_over_members


@api.hookimpl
def salon_leaving_consequences(staff_id: int) -> Iterable[str]:
    """Say how many members lose their consultant."""
    count = api.db.session.scalar(
        sa.select(sa.func.count()).select_from(Member).where(Member.consultant_id == staff_id)
    )
    if count:
        yield api.ngettext(
            "%(num)s member gets another consultant, or none.",
            "%(num)s members get another consultant, or none.",
            count,
        )


@api.hookimpl
def salon_staff_leaving(staff_id: int, successor_id: int | None) -> None:
    """Give the members of a consultant who leaves to her successor."""
    hand_over_members(staff_id, successor_id)
