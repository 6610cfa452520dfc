"""Getting the card onto the phone: applying for one, binding one, and what staff must look into.

Whoever calls these has proven her phone by a code before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console import api
from console.api import _
from plugins.membership.models import Member, MemberCard
from plugins.membership.permissions import ADD_MEMBERS
from plugins.membership.services.filing import change_phone
from plugins.membership.services.finding import find_by_number, find_by_phone
from plugins.membership.services.joining import (
    NewMember,
    PhoneTaken,
    Touch,
    add_member,
    touch_member,
)
from plugins.membership.services.phone_messages import tell_of_binding, tell_of_phone
from plugins.membership.services.phones import normalise_phone
from plugins.membership.services.requests import ask_staff, find_earlier
from plugins.membership.services.timeline import note_history
from plugins.membership.services.visitors import end_phone_access


@dataclass(frozen=True)
class Joined:
    """Whom a phone led to, and whether she became a member just now."""

    member_id: int
    is_new: bool


@dataclass(frozen=True)
class Outcome:
    """Whose card was bound, or why none was: a reason of `REQUEST_REASONS`."""

    member_id: int | None = None
    reason: str = ""
    is_new: bool = False


@api.unit
def join_by(phone: str, store_id: int, touch: Touch, name: str = "") -> Joined:
    """Return the member with this phone, or make somebody a member by what she just did.

    *touch* says by what: booking, payment, an activity. It is her first contact if she is new,
    and her latest one if she is known. Two calls at once make one member.
    """
    known = find_by_phone(phone)
    if known is None:
        try:
            return Joined(add_member(NewMember(name[:80], store_id, phone, touch)).id, is_new=True)
        except PhoneTaken as taken:
            touch_member(taken.member_id, touch)
            return Joined(taken.member_id, is_new=False)
    touch_member(known.id, touch)
    return Joined(known.id, is_new=False)


@api.unit
def apply_for_card(
    phone: str, store_id: int, touches: Sequence[Touch] = (), source: str = "wechat"
) -> Outcome:
    """Give a card to the owner of a phone; she becomes a member at once if she is none.

    *source* says by what she joins, such as a booking that she is in the middle of. *touches*
    are the QR codes that she scanned, the first and the latest. Where an earlier
    number may be hers, staff look into it and nobody becomes a member twice.
    """
    if find_by_phone(phone) is None:
        doubtful = find_earlier(phone)
        if doubtful:
            ask_staff(phone, "several", store_id=doubtful[0].home_store_id)
            return Outcome(reason="several")
    ways = [
        Touch(source, way.store_id or store_id, way.staff_id, way.channel)
        for way in (touches or (Touch(source, store_id),))
    ]
    joined = join_by(phone, store_id, ways[0])
    if len(ways) > 1:
        touch_member(joined.member_id, ways[-1])
    if joined.is_new:
        _tell_store(joined.member_id)
    else:
        end_phone_access(joined.member_id)
        tell_of_binding(joined.member_id)
    _note_bound(joined.member_id)
    return Outcome(joined.member_id, is_new=joined.is_new)


@api.unit
def bind_card(phone: str, number: str = "", store_id: int | None = None) -> Outcome:
    """Bind the card of the member who has this phone.

    Nobody is guessed: when no file or another one than hers could be meant, staff get a to-do.
    *number* is the one that she read from a card of plastic.
    """
    member = find_by_phone(phone)
    others = [m for m in find_earlier(phone) if member is None or m.id != member.id]
    by_number = find_by_number(number) if number.strip() else []
    if member is not None and (not by_number or member.id in {m.id for m in by_number}):
        end_phone_access(member.id)
        _note_bound(member.id)
        tell_of_binding(member.id)
        return Outcome(member.id)
    store = store_id or next((m.home_store_id for m in [*by_number, *others]), None)
    reason = "number" if by_number else "several" if member or others else "unknown"
    ask_staff(phone, reason, number=number.strip()[:40], store_id=store)
    return Outcome(reason=reason)


@api.unit
def change_own_phone(member_id: int, phone: str, former: str) -> Outcome:
    """Give a member the phone that she has proven; elsewhere her card is shut at once.

    *former* is the phone that she proved first: if it is hers no more, nothing is changed.
    """
    member = api.db.session.get_one(Member, member_id, with_for_update=True)
    if member.phone != normalise_phone(former):
        raise api.Conflict(_("Your phone was changed in the meantime. Begin again."))
    holder = find_by_phone(phone)
    if holder is not None and holder.id != member_id:
        ask_staff(phone, "taken", number=member.number, store_id=member.home_store_id)
        return Outcome(reason="taken")
    change_phone(member, phone)
    tell_of_phone(member_id, phone)
    return Outcome(member_id)


def _note_bound(member_id: int) -> None:
    if api.db.session.get(MemberCard, member_id) is None:
        api.db.session.add(MemberCard(member_id=member_id, bound_at=api.now(), series=0))
        api.db.session.flush()
    note_history(member_id, "bound")


def _tell_store(member_id: int) -> None:
    member = api.db.session.get_one(Member, member_id)
    api.notify(
        _("%(name)s applied for a WeChat card", name=member.name),
        _("The file is in the member list already; nothing has to be approved."),
        url=f"/console/membership/members/{member.id}/",
        store_id=member.home_store_id,
        permission=ADD_MEMBERS,
        key=f"membership.applied:{member.id}",
    )
