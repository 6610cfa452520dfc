"""Keeping a member's file: what follows from a change, and what the timeline says of it."""

from __future__ import annotations

import pytest
from flask import Flask

from console import api
from console.pinyin import spell
from plugins.membership.api import (
    KnownStore,
    Member,
    PhoneTaken,
    Tag,
    change_phone,
    find_or_add_tags,
    receive_member,
    tag_member,
    untag_member,
)
from plugins.membership.services.filing import settle_file
from plugins.membership.services.timeline import timeline_of
from plugins.salon.services.staffing import end_employment, leaving_consequences
from tests.support.membership import PHONE, join
from tests.support.people import add_store
from tests.support.salon import add_staff

pytestmark = pytest.mark.any_engine


@pytest.fixture(autouse=True)
def store(app: Flask) -> int:
    return add_store("福田店")


def story(member: Member) -> list[str]:
    return [moment.text for moment in reversed(timeline_of(member.id))][1:]


@api.unit
def edit(member: Member, **values: object) -> None:
    for key, value in values.items():
        setattr(member, key, value)
    settle_file(member)


def test_a_changed_phone_is_in_the_timeline_but_never_in_full(store: int) -> None:
    member = join()
    change_phone(member, "139 1234 5678")
    assert (member.phone, member.phone_tail) == ("13912345678", "5678")
    (line,) = story(member)
    assert "138****8000" in line
    assert "139****5678" in line
    assert PHONE not in line


def test_a_phone_may_be_taken_away_and_given_back(store: int) -> None:
    member = join()
    change_phone(member, None)
    change_phone(member, PHONE)
    assert len(story(member)) == 2
    assert member.phone == PHONE


def test_nobody_gets_somebody_elses_phone(store: int) -> None:
    join()
    other = join("周敏", phone=None)
    with pytest.raises(PhoneTaken):
        change_phone(other, PHONE)
    assert other.phone is None


def test_the_same_phone_in_another_spelling_changes_nothing(store: int) -> None:
    member = join()
    change_phone(member, "+86 138 0013 8000")
    assert story(member) == []


def test_a_new_name_is_found_by_its_sound(store: int) -> None:
    member = join("单小姐")
    assert (member.pinyin, member.initials) == ("shanxiaojie", "sxj")
    edit(member, name="曾诗雅")
    assert (member.pinyin, member.initials) == ("zengshiya", "zsy")
    assert "单小姐" in story(member)[0]


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("陈诗雅", ("chenshiya", "csy")),
        ("欧阳娜娜", ("ouyangnana", "oynn")),
        ("尉迟敬", ("yuchijing", "ycj")),
        ("Amy 林", ("amylin", "al")),
        ("😊", ("", "")),
    ],
)
def test_names_sound_as_people_say_them(name: str, sound: tuple[str, str]) -> None:
    assert spell(name) == sound


def test_a_store_she_moves_to_knows_her_and_the_old_one_still_does(store: int) -> None:
    there = add_store("南山店")
    member = join()
    edit(member, home_store_id=there)
    known = {row.store_id for row in api.db.session.query(KnownStore)}
    assert known == {store, there}
    assert "福田店" in story(member)[0]
    assert "南山店" in story(member)[0]


def test_being_received_twice_is_noted_once(store: int) -> None:
    there = add_store("南山店")
    member = join()
    receive_member(member.id, there)
    receive_member(member.id, there)
    assert len(story(member)) == 1


def test_tags_come_and_go_in_her_timeline(store: int) -> None:
    member = join()
    tag_id = find_or_add_tags(["敏感肌", "敏感肌", " "])["敏感肌"]
    assert tag_member(member.id, tag_id)
    assert not tag_member(member.id, tag_id)
    assert untag_member(member.id, tag_id)
    assert not untag_member(member.id, tag_id)
    assert ["敏感肌" in line for line in story(member)] == [True, True]


def test_tags_that_are_set_in_the_form_are_in_her_timeline_as_well(store: int) -> None:
    member = join()
    find_or_add_tags(["VIP", "怕痛"])
    vip, pain = api.db.session.query(Tag).order_by(Tag.id)
    edit(member, tags=[vip])
    edit(member, tags=[pain])
    assert [tag.name for tag in member.tags] == ["怕痛"]
    assert len(story(member)) == 3


def test_members_of_a_consultant_who_leaves_go_to_her_successor(store: int) -> None:
    here = api.db.session.get_one(api.Store, store)
    amy, coco = add_staff("Amy 林", here), add_staff("Coco 周", here)
    member = join(consultant_id=amy.id)
    with api.db.session.no_autoflush:
        assert any("1" in line for line in leaving_consequences(amy))
    end_employment(amy.id, last_on=amy.joined_on, successor_id=coco.id)
    assert member.consultant_id == coco.id
    assert "Coco 周" in story(member)[0]


def test_without_a_successor_they_have_no_consultant(store: int) -> None:
    amy = add_staff("Amy 林", api.db.session.get_one(api.Store, store))
    member = join(consultant_id=amy.id)
    end_employment(amy.id, last_on=amy.joined_on)
    assert member.consultant_id is None
    assert "Amy 林" in story(member)[0]
