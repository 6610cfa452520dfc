"""What membership does when something happens elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.membership.models import KnownStore, Member
from plugins.membership.services.filing import hand_over_members
from plugins.membership.services.join_codes import codes_of, end_codes
from plugins.membership.services.level_terms import lift


@api.hookimpl
def console_reveal_freely(model: type[Any], record_id: int, store_id: int) -> bool | None:
    """Answer True for a member who came to the store for the first time today."""
    if model is not Member:
        return None
    store = api.db.session.get(api.Store, store_id)
    came = sa.select(KnownStore.member_id).where(
        KnownStore.member_id == record_id,
        KnownStore.store_id == store_id,
        KnownStore.since_on == api.today(store.time_zone if store else "Asia/Shanghai"),
        KnownStore.member_id == Member.id,
        Member.source != "import",
    )
    return True if api.db.session.scalar(came) is not None else None


@api.hookimpl
def salon_leaving_consequences(staff_id: int) -> Iterable[str]:
    """Say how many members lose their consultant, and which of her codes end."""
    count = api.db.session.scalar(
        sa.select(sa.func.count()).select_from(Member).where(Member.consultant_id == staff_id)
    )
    if count:
        yield api.ngettext(
            "%(num)s member gets another consultant, or none.",
            "%(num)s members get another consultant, or none.",
            count,
        )
    codes = codes_of(staff_id)
    if codes:
        yield api.ngettext(
            "%(num)s QR code of hers ends; who scans it joins through the store.",
            "%(num)s QR codes of hers end; who scans one joins through the store.",
            codes,
        )


@api.hookimpl
def salon_staff_leaving(staff_id: int, successor_id: int | None) -> None:
    """Give the members of a consultant who leaves to her successor, and end her QR codes."""
    hand_over_members(staff_id, successor_id)
    end_codes(staff_id)


@api.hookimpl
def ledger_owner_names(owner: str, ids: Sequence[int]) -> Iterable[tuple[int, str]]:
    """Name members by name and number."""
    if owner != "member":
        return
    rows = api.db.session.execute(
        sa.select(Member.id, Member.name, Member.number).where(Member.id.in_(ids))
    )
    yield from ((row.id, f"{row.name} {row.number}".strip()) for row in rows)


@api.hookimpl
def membership_member_merged(kept_id: int, gone_id: int) -> None:
    """Lift a member whose two files together have earned a higher level."""
    lift(kept_id)
