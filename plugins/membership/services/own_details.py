"""What a member changes in her file herself."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import Member
from plugins.membership.models.members import GENDERS
from plugins.membership.services.birthdays import Birthday
from plugins.membership.services.filing import birthday_of, put_birthday, settle_file


@api.unit
def put_own_details(
    member_id: int, *, name: str, gender: str | None, birthday: Birthday | None
) -> None:
    """Keep what a member says of herself; a birthday that is known is changed by staff only."""
    if not name:
        raise api.Refused(_("Enter a name."))
    if gender is not None and gender not in dict(GENDERS):
        raise api.Refused(_("Choose one of these."))
    locked = sa.select(Member).where(Member.id == member_id).with_for_update(of=Member)
    member = api.db.session.scalars(locked.execution_options(populate_existing=True)).one()
    if birthday is not None:
        if birthday_of(member) is not None:
            raise api.Refused(_("Your birthday is known already; the front desk can change it."))
        put_birthday(member, birthday)
    member.name, member.gender = name, gender
    settle_file(member)
    member.version += 1
