"""Becoming a member."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from console import api
from console.api import _
from plugins.membership.hookspecs import membership_member_joined
from plugins.membership.models import Alias, HistoryLine, KnownStore, Member, MemberTag
from plugins.membership.services.birthdays import Birthday, check_birthday, next_birthday
from plugins.membership.services.finding import phones_taken
from plugins.membership.services.ladder import all_levels, level_columns
from plugins.membership.services.numbers import take_numbers

#: The table itself: the mapper would cut thousands of rows into groups of the same gaps.
MEMBER = Member.__table__


@dataclass(frozen=True)
class Touch:
    """How somebody came to us: one of `SOURCES`, and through which store, person and channel."""

    source: str
    store_id: int | None = None
    staff_id: int | None = None
    channel: str = ""


@dataclass(frozen=True)
class NewMember:
    """What is known of somebody who becomes a member; the store is her home store."""

    name: str
    store_id: int
    phone: str | None = None
    touch: Touch = Touch("manual")
    gender: str | None = None
    birthday: Birthday | None = None
    consultant_id: int | None = None
    allergies: str = ""
    notes: str = ""
    joined_on: dt.date | None = None
    tag_ids: Sequence[int] = ()
    #: The level that she had in an earlier system; without it she has the one that all have.
    level_id: int | None = None
    #: Numbers from an earlier system, by which she is still found.
    earlier_numbers: Sequence[str] = field(default=())


class PhoneTaken(api.Conflict):
    """A member with this phone exists already; `member_id` is hers."""

    def __init__(self, member_id: int) -> None:
        super().__init__(_("A member with this phone exists already."))
        self.member_id = member_id


@api.unit
def add_member(new: NewMember) -> Member:
    """Add one member and return her; raises `PhoneTaken` when her phone is known."""
    ids = add_members([new])
    member: Member = api.db.session.get_one(Member, ids[0])
    api.record_audit(
        "membership.added", member, store_id=member.home_store_id, title=_("Added a member")
    )
    return member


@api.unit
def add_members(new: Sequence[NewMember]) -> list[int]:
    """Add many members at once and return their ids, in the same order.

    All are added or none: raises `PhoneTaken` for a phone that is known or stands there twice,
    and `Refused` for a phone or birthday that cannot be. A missing name becomes the number.
    """
    if not new:
        return []
    phones = [api.normalise_phone(one.phone) if one.phone else None for one in new]
    _refuse_known(phones)
    rows = list(_rows(new, phones))
    try:
        with api.db.session.begin_nested():
            added = api.db.session.execute(
                sa.insert(MEMBER).returning(MEMBER.c.number, MEMBER.c.id), rows
            )
            by_number = {row.number: row.id for row in added}
    except IntegrityError:
        _refuse_known(phones)
        raise
    ids = [by_number[row["number"]] for row in rows]
    _add_belongings(new, ids, rows)
    api.keep_words(Member, ids)
    for one, member_id in zip(new, ids, strict=True):
        api.emit(membership_member_joined, member_id=member_id, source=one.touch.source)
    return ids


def _refuse_known(phones: Sequence[str | None]) -> None:
    given = [phone for phone in phones if phone is not None]
    for member_id in phones_taken(given).values():
        raise PhoneTaken(member_id)
    twice = [phone for phone, times in Counter(given).items() if times > 1]
    if twice:
        raise api.Conflict(_("Two of the new members have the same phone."))


def _rows(new: Sequence[NewMember], phones: Sequence[str | None]) -> Iterator[dict[str, object]]:
    stores = {store.id: store for store in api.db.session.scalars(sa.select(api.Store))}
    days = [one.joined_on or api.today(stores[one.store_id].time_zone) for one in new]
    numbers = {
        year: iter(take_numbers(year, count))
        for year, count in sorted(Counter(day.year for day in days).items())
    }
    levels = all_levels()
    for one, phone, joined_on in zip(new, phones, days, strict=True):
        today = api.today(stores[one.store_id].time_zone)
        number = next(numbers[joined_on.year])
        yield {
            "number": number,
            "phone": phone,
            "phone_tail": api.tail_of(phone),
            "joined_on": joined_on,
            "home_store_id": one.store_id,
            "gender": one.gender,
            "consultant_id": one.consultant_id,
            "allergies": one.allergies,
            "notes": one.notes,
            "status": "active",
            "created_at": api.now(),
            "created_by": api.actor().user_id,
            "version": 1,
            **_name_columns(one.name.strip() or number),
            **birthday_columns(one.birthday, today),
            **level_columns(levels, one.level_id, today),
            **_touch_columns(one.touch),
            "latest_at": _moment_of(one.joined_on, stores[one.store_id]),
        }


def _name_columns(name: str) -> dict[str, object]:
    pinyin, initials = api.spell(name)
    return {"name": name, "pinyin": pinyin, "initials": initials}


def birthday_columns(birthday: Birthday | None, today: dt.date) -> dict[str, object]:
    """Return the columns that hold a birthday; raises `Refused` for an impossible one."""
    if birthday is None:
        return {
            "birth_year": None,
            "birth_month": None,
            "birth_day": None,
            "birth_lunar": False,
            "birth_leap": False,
            "next_birthday_on": None,
        }
    check_birthday(birthday, today)
    return {
        "birth_year": birthday.year,
        "birth_month": birthday.month,
        "birth_day": birthday.day,
        "birth_lunar": birthday.lunar,
        "birth_leap": birthday.lunar and birthday.leap,
        "next_birthday_on": next_birthday(birthday, today),
    }


def _touch_columns(touch: Touch) -> dict[str, object]:
    return {
        "source": touch.source,
        "source_store_id": touch.store_id,
        "source_staff_id": touch.staff_id,
        "source_channel": touch.channel,
        "latest_source": touch.source,
        "latest_store_id": touch.store_id,
        "latest_staff_id": touch.staff_id,
        "latest_channel": touch.channel,
        "latest_at": api.now(),
    }


def _add_belongings(
    new: Sequence[NewMember], ids: Sequence[int], rows: Sequence[dict[str, object]]
) -> None:
    stores = {store.id: store for store in api.db.session.scalars(sa.select(api.Store))}
    who, now = api.actor().name, api.now()
    known, lines, tags, aliases = [], [], [], []
    for one, member_id, row in zip(new, ids, rows, strict=True):
        known.append(
            {"member_id": member_id, "store_id": one.store_id, "since_on": row["joined_on"]}
        )
        store = stores[one.store_id]
        facts = {"store": store.name, "source": one.touch.source}
        at = _moment_of(one.joined_on, store)
        line = {"member_id": member_id, "at": at, "kind": "joined", "facts": facts}
        lines.append({**line, "user_name": who})
        tags += [
            {"member_id": member_id, "tag_id": tag_id, "added_at": now}
            for tag_id in dict.fromkeys(one.tag_ids)
        ]
        aliases += [
            {"member_id": member_id, "number": number}
            for number in dict.fromkeys(n.strip() for n in one.earlier_numbers)
            if number
        ]
    for table, values in ((KnownStore, known), (HistoryLine, lines), (MemberTag, tags)):
        if values:
            api.db.session.execute(sa.insert(table.__table__), values)
    if aliases:
        api.db.session.execute(sa.insert(Alias.__table__), aliases)


def _moment_of(joined_on: dt.date | None, store: api.Store) -> dt.datetime:
    """Return when somebody joined: now, or the noon of an earlier day."""
    if joined_on is None:
        return api.now()
    noon = dt.datetime.combine(joined_on, dt.time(12), ZoneInfo(store.time_zone))
    return min(api.now(), noon)


@api.unit
def touch_member(member_id: int, touch: Touch) -> None:
    """Note the latest way in which a member came to us; her first one is never overwritten."""
    values = {
        key: value for key, value in _touch_columns(touch).items() if key.startswith("latest_")
    }
    api.db.session.execute(sa.update(Member).where(Member.id == member_id).values(**values))
