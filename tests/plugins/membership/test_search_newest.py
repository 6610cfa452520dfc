"""A word leads to the newest records first, in however many words of the index it begins."""

from __future__ import annotations

import itertools
import re

import pytest
from flask import Flask

from console import api
from console.db import db
from console.search import finding, newest
from plugins.membership.api import Member, NewMember, Touch, add_members
from tests.support.people import SignIn, add_store

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("staff_read_english")]

ROW = re.compile(r'<tr data-id="(\d+)"')
LIST = "/console/membership/members/"
#: In turns, so that the newest of each name lie among those of the others.
NAMES = ("陈静", "陈静怡", "林敏", "陈晶", "陈静", "陈嘉怡")


@pytest.fixture
def stores(app: Flask) -> tuple[int, int]:
    """Six hundred members, every third of them in the second store."""
    first, second = add_store("福田店"), add_store("南山店")
    of = itertools.cycle((first, first, second))
    numbered = enumerate(itertools.islice(itertools.cycle(NAMES), 600))
    add_members(
        [
            NewMember(name, store, f"138{n:08}", Touch("import", store))
            for (n, name), store in zip(numbered, of, strict=False)
        ]
    )
    return first, second


@pytest.fixture
def most_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries are counted up to a hundred, as others are up to a thousand."""
    monkeypatch.setattr(newest, "MOST_COUNTED", 100)


def row_ids(page: str) -> list[int]:
    return [int(each) for each in ROW.findall(page)]


def ids_of(*names: str) -> list[int]:
    rows = db.session.query(Member.id).where(Member.name.in_(names)).order_by(Member.id.desc())
    return [row[0] for row in rows]


def test_as_many_words_as_a_frequent_name_begins_are_followed(app: Flask) -> None:
    store = add_store("福田店")
    names = [f"王雅{chr(0x4E10 + n)}" for n in range(100)]
    names += [f"李{chr(0x4E10 + n)}" for n in range(newest.MOST_RANGES + 10)]
    add_members(
        [
            NewMember(name, store, f"138{n:08}", Touch("import", store))
            for n, name in enumerate(names)
        ]
    )
    for typed, are_followed in (("王雅", True), ("李", False)):
        wanted = ids_of(*(name for name in names if name.startswith(typed)))
        found = finding.find(Member, typed, 51)
        assert (found.newest is not None) is are_followed
        assert found.few is not None
        assert [*found.few.newest][:51] == wanted[:51]
        rows = db.session.query(Member.id).where(found.where)
        assert {row[0] for row in rows} == set(wanted)


@pytest.mark.usefixtures("stores")
def test_the_newest_of_all_words_that_begin_so_are_named() -> None:
    for typed, names in (
        ("cj", ("陈静", "陈静怡", "陈晶", "陈嘉怡")),
        ("cjy", ("陈静怡", "陈嘉怡")),
        ("陈静", ("陈静", "陈静怡")),
        ("陈晶", ("陈晶",)),
        ("chenjing", ("陈静", "陈静怡", "陈晶")),
        ("13800000007", ()),
        ("zzz", ()),
    ):
        wanted = [8] if typed.isdecimal() else ids_of(*names)
        for most in (1, 51, 400):
            found = finding.find(Member, typed, most)
            assert found.few is not None
            assert [*found.few.newest] == wanted[:most], typed
            assert (found.few.count, found.few.is_counted) == (len(wanted), True), typed
            rows = db.session.query(Member.id).where(found.where)
            assert {row[0] for row in rows} == set(wanted), typed


def test_whom_a_number_and_a_name_lead_to_counts_once(app: Flask) -> None:
    store, known = add_store("福田店"), Touch("import", 1)
    names = ("郑知秋", "周知秋", "林敏")
    add_members([NewMember(name, store, f"1380000000{n}", known) for n, name in enumerate(names)])

    @api.unit
    def renumber() -> None:
        for name, number in (("周知秋", "ZZQ"), ("林敏", "zzq")):
            db.session.scalars(db.select(Member).where(Member.name == name)).one().number = number

    renumber()
    for most in (1, 2, 3, 4):
        few = finding.find(Member, "zzq", most).few
        assert few is not None
        assert [*few.newest] == [3, 2, 1][:most]
        assert (few.count, few.is_counted) == (3, True)


@pytest.mark.usefixtures("stores", "most_counted")
def test_more_than_are_counted_are_at_least_so_many(sign_in: SignIn) -> None:
    page = sign_in("owner").get(f"{LIST}?q=cj").text
    assert row_ids(page) == ids_of("陈静", "陈静怡", "陈晶", "陈嘉怡")[:50]
    assert ">100+<" in page
    last = sign_in("owner").get(f"{LIST}?q=cj&page=last").text
    assert 1 in row_ids(last)
    assert ">100+<" in last


@pytest.mark.usefixtures("most_counted")
def test_one_store_sees_its_own_and_all_of_them(stores: tuple[int, int], sign_in: SignIn) -> None:
    everybody = ids_of("陈静", "陈静怡", "陈晶", "陈嘉怡")
    for store, hers, total in (
        (stores[0], [each for each in everybody if each % 3], ">50+<"),
        (stores[1], [each for each in everybody if each % 3 == 0], ">50+<"),
    ):
        desk = sign_in("front_desk", store)
        seen: list[int] = []
        url = f"{LIST}?q=cj"
        while url:
            page = desk.get(url).text
            assert total in page
            seen += row_ids(page)
            following = re.search(r'href="([^"]*after=[^"]*)"', page)
            url = following[1].replace("&amp;", "&") if following else ""
        assert seen == hers


@pytest.mark.usefixtures("most_counted")
def test_a_filter_narrows_what_was_found(stores: tuple[int, int], sign_in: SignIn) -> None:
    page = sign_in("owner").get(f"{LIST}?q=cj&f.home_store_id.eq={stores[1]}").text
    hers = [each for each in ids_of("陈静", "陈静怡", "陈晶", "陈嘉怡") if each % 3 == 0]
    assert row_ids(page) == hers[:50]
    assert ">100<" in page
