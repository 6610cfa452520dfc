"""Becoming a member."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from console import api
from console.audit import AuditEntry
from plugins.membership.api import (
    Alias,
    KnownStore,
    Member,
    NewMember,
    PhoneTaken,
    Touch,
    add_members,
    find_by_number,
    find_by_phone,
    touch_member,
)
from plugins.membership.services.timeline import timeline_of
from tests.support.membership import PHONE, join
from tests.support.people import add_store

pytestmark = [pytest.mark.either_engine, pytest.mark.usefixtures("app")]


@pytest.fixture(autouse=True)
def store(app: Flask) -> int:
    return add_store("福田店")


def count() -> int:
    return api.db.session.query(Member).count()


def test_members_are_numbered_by_the_year_in_which_they_joined(store: int) -> None:
    join(phone=None, joined_on=dt.date(2025, 12, 31))
    numbers = [join(phone=None, joined_on=dt.date(2026, 1, day)).number for day in (1, 2)]
    assert numbers == ["M20260001", "M20260002"]
    assert join(phone=None, joined_on=dt.date(2025, 1, 1)).number == "M20250002"


def test_a_known_phone_leads_to_the_member_who_has_it(store: int) -> None:
    first = join()
    with pytest.raises(PhoneTaken) as refusal:
        join("别人", phone="+86 138-0013-8000")
    assert refusal.value.member_id == first.id
    assert count() == 1


def test_members_without_a_phone_are_no_duplicates_of_each_other(store: int) -> None:
    join("雷女士", phone=None)
    join("雷女士", phone="")
    assert count() == 2


def test_a_member_without_a_name_goes_by_her_number(store: int) -> None:
    assert join("  ").name == f"M{api.today('Asia/Shanghai').year}0001"


def test_many_join_together_or_not_at_all(store: int) -> None:
    join()
    new = [NewMember(f"客{n}", store, str(13900000000 + n)) for n in range(3)]
    with pytest.raises(PhoneTaken):
        add_members([*new, NewMember("又来", store, PHONE)])
    with pytest.raises(api.Conflict):
        add_members([*new, new[0]])
    assert count() == 1
    ids = add_members(new)
    assert [api.db.session.get_one(Member, each).name for each in ids] == ["客0", "客1", "客2"]


def test_an_earlier_number_still_finds_her(store: int) -> None:
    member = join(earlier_numbers=["V00017", "V00017", " "])
    assert find_by_number("V00017") == [member] == find_by_number(member.number.lower())
    assert api.db.session.query(Alias).count() == 1


def test_the_way_she_came_first_is_never_overwritten(store: int) -> None:
    other = add_store("南山店")
    member = join(touch=Touch("scan", store, channel="门口海报"))
    touch_member(member.id, Touch("booking", other))
    assert (member.source, member.source_store_id, member.source_channel) == (
        "scan",
        store,
        "门口海报",
    )
    assert (member.latest_source, member.latest_store_id) == ("booking", other)


def test_her_home_store_knows_her_from_the_start(store: int) -> None:
    member = join()
    assert api.db.session.get(KnownStore, (member.id, store)) is not None


def test_joining_is_in_her_timeline_and_in_the_audit_trail(store: int) -> None:
    member = join(joined_on=dt.date(2025, 3, 4))
    (moment,) = timeline_of(member.id)
    assert "福田店" in moment.text
    assert moment.at.astimezone(dt.timezone(dt.timedelta(hours=8))).date() == dt.date(2025, 3, 4)
    entry = api.db.session.query(AuditEntry).filter_by(act="membership.added").one()
    assert (entry.subject_label, entry.store_id) == ("陈诗雅", store)


@pytest.mark.parametrize("phone", ["138 0013 8000", "+8613800138000", "１３８００１３８０００"])  # noqa: RUF001
def test_she_is_found_however_her_phone_is_written(store: int, phone: str) -> None:
    member = join()
    assert find_by_phone(phone) == member


def test_nothing_that_is_no_phone_finds_anybody(store: int) -> None:
    join(phone=None)
    assert find_by_phone("") is None
    assert find_by_phone("8000") is None
