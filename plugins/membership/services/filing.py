"""Keeping a member's file: what follows when something in it is changed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import KnownStore, Member
from plugins.membership.services.birthdays import Birthday, next_birthday
from plugins.membership.services.finding import phones_taken, today_of_chain
from plugins.membership.services.joining import PhoneTaken, birthday_columns
from plugins.membership.services.timeline import note_history
from plugins.membership.services.visitors import end_phone_access
from plugins.salon.api import Staff

BATCH = 500


def birthday_of(member: Member) -> Birthday | None:
    """Return a member's birthday, or None when it is not known."""
    if member.birth_month is None or member.birth_day is None:
        return None
    return Birthday(
        member.birth_month,
        member.birth_day,
        member.birth_year,
        lunar=member.birth_lunar,
        leap=member.birth_leap,
    )


@api.unit
def put_birthday(member: Member, birthday: Birthday | None) -> None:
    """Set a member's birthday; raises `Refused` for a day that no calendar has."""
    if birthday == birthday_of(member):
        return
    today = api.today(member.home_store.time_zone)
    for key, value in birthday_columns(birthday, today).items():
        setattr(member, key, value)


@api.unit
def change_phone(member: Member, phone: str | None) -> None:
    """Give a member another phone, or none; raises `PhoneTaken` when somebody else has it."""
    member.phone = phone
    settle_file(member)
    member.version += 1
    api.db.session.flush()


def settle_file(member: Member) -> None:
    """Complete a changed file: check it, keep its search keys, and note what changed.

    Call it once, in the unit in which the member's attributes were set, before the flush.
    Raises `PhoneTaken` and `Refused`.
    """
    with api.db.session.no_autoflush:
        if _changed(member, "phone"):
            _settle_phone(member)
        if _changed(member, "name"):
            _settle_name(member)
        if _changed(member, "home_store_id"):
            _settle_store(member)
        if _changed(member, "consultant_id"):
            _note_consultant(member)
        _note_tags(member)


def _changed(member: Member, key: str) -> bool:
    return bool(sa.inspect(member).attrs[key].history.has_changes())


def _before(member: Member, key: str) -> Any:
    deleted = sa.inspect(member).attrs[key].history.deleted
    if deleted:
        return deleted[0]
    column = getattr(Member, key)
    return api.db.session.scalar(sa.select(column).where(Member.id == member.id))


def _settle_phone(member: Member) -> None:
    old = _before(member, "phone")
    member.phone = api.normalise_phone(member.phone) if member.phone else None
    member.phone_tail = api.tail_of(member.phone)
    if member.phone == old:
        return
    if member.phone is not None:
        holder = phones_taken([member.phone]).get(member.phone)
        if holder is not None and holder != member.id:
            raise PhoneTaken(holder)
    if old:
        end_phone_access(member.id)
    if old and member.phone:
        note_history(member.id, "phone_changed", old=old, new=member.phone)
    elif member.phone:
        note_history(member.id, "phone_added", new=member.phone)
    else:
        note_history(member.id, "phone_removed", old=old)


def _settle_name(member: Member) -> None:
    old, member.name = _before(member, "name"), member.name.strip()
    if not member.name:
        raise api.Refused(_("A member needs a name."))
    member.pinyin, member.initials = api.spell(member.name)
    note_history(member.id, "renamed", old=old, new=member.name)


def _settle_store(member: Member) -> None:
    old = api.db.session.get(api.Store, _before(member, "home_store_id"))
    new = api.db.session.get_one(api.Store, member.home_store_id)
    _make_known(member.id, new)
    note_history(member.id, "moved", old=old.name if old else "", new=new.name)


def _note_consultant(member: Member) -> None:
    if member.consultant_id is not None:
        new = api.db.session.get_one(Staff, member.consultant_id)
        note_history(member.id, "consultant_changed", new=new.name)
        return
    old = api.db.session.get(Staff, _before(member, "consultant_id"))
    note_history(member.id, "consultant_removed", old=old.name if old else "")


def _note_tags(member: Member) -> None:
    history = sa.inspect(member).attrs["tags"].history
    for tag in history.deleted or ():
        note_history(member.id, "untagged", tag=tag.name)
    for tag in history.added or ():
        note_history(member.id, "tagged", tag=tag.name)


@api.unit
def receive_member(member_id: int, store_id: int) -> None:
    """Make a member known in a store that she visits, so that its staff find her in lists."""
    store = api.db.session.get_one(api.Store, store_id)
    if not _make_known(member_id, store):
        return
    note_history(member_id, "received", store=store.name)
    member = api.db.session.get_one(Member, member_id)
    api.record_audit("membership.received", member, store_id=store_id, title=_("Received a member"))


@api.unit
def move_member(member_id: int, store_id: int, reason: str) -> None:
    """Give a member another home store, and say why; the old one still knows her."""
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    member = api.db.session.get_one(Member, member_id, with_for_update=True)
    new = api.db.session.get(api.Store, store_id)
    if new is None or new.closed:
        raise api.Refused(_("Choose a store."))
    if member.home_store_id == new.id:
        raise api.Refused(_("This is her home store already."))
    old = member.home_store
    member.home_store_id = new.id
    member.version += 1
    _make_known(member_id, new)
    note_history(member_id, "moved_because", old=old.name, new=new.name, reason=reason)
    api.record_audit(
        "membership.moved",
        member,
        before={"home_store_id": old.id},
        after={"home_store_id": new.id},
        note=reason,
        store_id=new.id,
        title=_("Moved a member to another home store"),
    )


def _make_known(member_id: int, store: api.Store) -> bool:
    if api.db.session.get(KnownStore, (member_id, store.id)) is not None:
        return False
    since = api.today(store.time_zone)
    api.db.session.add(KnownStore(member_id=member_id, store_id=store.id, since_on=since))
    return True


@api.unit
def hand_over_members(consultant_id: int, successor_id: int | None) -> int:
    """Give a consultant's members to another one, or to nobody; return how many there were."""
    ids = list(
        api.db.session.scalars(sa.select(Member.id).where(Member.consultant_id == consultant_id))
    )
    old = api.db.session.get_one(Staff, consultant_id).name
    new = api.db.session.get_one(Staff, successor_id).name if successor_id else ""
    for member_id in ids:
        if successor_id:
            note_history(member_id, "consultant_changed", new=new)
        else:
            note_history(member_id, "consultant_removed", old=old)
    api.db.session.execute(
        sa.update(Member)
        .where(Member.consultant_id == consultant_id)
        .values(consultant_id=successor_id, version=Member.version + 1)
    )
    return len(ids)


def refresh_birthdays() -> None:
    """Move on the next birthday of everyone whose birthday has passed; the worker's nightly act."""
    while _refresh_some():
        pass


@api.unit
def _refresh_some() -> bool:
    today = today_of_chain()
    passed = api.db.session.scalars(
        sa.select(Member).where(Member.next_birthday_on < today).limit(BATCH)
    ).all()
    for member in passed:
        birthday = birthday_of(member)
        member.next_birthday_on = next_birthday(birthday, today) if birthday else None
    return len(passed) == BATCH
