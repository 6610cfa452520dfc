"""What staff must look into: a proven phone that could not be bound to a card."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import Alias, CardRequest, Member
from plugins.membership.models.phone import REQUEST_REASONS
from plugins.membership.permissions import EDIT_MEMBERS
from plugins.membership.services.filing import change_phone
from plugins.membership.services.finding import find_by_number, find_by_phone
from plugins.membership.services.phones import normalise_phone


@api.unit
def ask_staff(phone: str, reason: str, *, number: str = "", store_id: int | None = None) -> int:
    """Put a to-do into the inbox of who may change files; asking again renews the open one."""
    plain = normalise_phone(phone)
    request = api.db.session.scalar(
        sa.select(CardRequest)
        .where(CardRequest.phone == plain, CardRequest.done_at.is_(None))
        .with_for_update()
    )
    if request is None:
        request = CardRequest(phone=plain)
        api.db.session.add(request)
    request.reason, request.number, request.store_id = reason, number, store_id
    request.asked_at = api.now()
    api.db.session.flush()
    api.notify(
        _("A card could not be bound: %(phone)s", phone=api.mask(plain, "phone")),
        dict(REQUEST_REASONS)[reason],
        url=f"/console/membership/requests/{request.id}/",
        store_id=store_id,
        permission=EDIT_MEMBERS,
        todo=True,
        key=_key(request.id),
    )
    return int(request.id)


def find_earlier(phone: str) -> list[Member]:
    """Return members of whom this phone was the number in an earlier system, but is not theirs."""
    plain = normalise_phone(phone)
    shapes = {plain, f"86{plain}", f"+86{plain}", f"{plain[:3]}-{plain[3:7]}-{plain[7:]}"}
    held = sa.select(Alias.member_id).where(Alias.number.in_(shapes))
    query = sa.select(Member).where(Member.id.in_(held), Member.gone_at.is_(None))
    return [m for m in api.db.session.scalars(query.order_by(Member.id)) if m.phone != plain]


def candidates_of(request: CardRequest) -> list[Member]:
    """Return the members who may be meant: by phone, earlier number, or the card's number."""
    holder = find_by_phone(request.phone)
    by_number = find_by_number(request.number) if request.number else []
    found = [*([holder] if holder else []), *find_earlier(request.phone), *by_number]
    return list({member.id: member for member in found}.values())


@api.unit
def settle_request(request_id: int, member_id: int | None) -> None:
    """Close a request: the phone becomes this member's, who then binds her card; None drops it."""
    request = api.db.session.get_one(CardRequest, request_id, with_for_update=True)
    if request.done_at is not None:
        raise api.Conflict(_("Somebody has settled this already."))
    if member_id is not None:
        member = api.db.session.get_one(Member, member_id)
        if member.phone != request.phone:
            change_phone(member, request.phone)
        api.record_audit(
            "membership.gave_phone",
            member,
            store_id=member.home_store_id,
            title=_("Gave a member a phone that was proven by a code"),
        )
    request.done_at, request.done_by = api.now(), api.actor().user_id
    request.member_id = member_id
    api.settle_notice(_key(request_id))


def _key(request_id: int) -> str:
    return f"membership.request:{request_id}"
