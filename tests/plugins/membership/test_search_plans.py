"""How the engines answer the searches of a long member list: by an index, each of them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from console.db import db
from console.search import finding, newest
from plugins.membership.api import Member, NewMember, Touch, add_members
from tests.console.admin.test_queries import listening, plan_of
from tests.support.people import SignIn, add_store

pytestmark = pytest.mark.slow

LIST, PALETTE = "/console/membership/members/", "/console/search/"
TABLES = ("membership_member", "membership_store", "console_search_word", "console_search_record")
#: What a plan says of a table that is read from one end to the other.
WHOLE = ("SCAN {0}", "Seq Scan on {0}")
FAMILIES = ["陈", "林", "王", "李", "赵", "周", "吴", "郑"]
GIVEN = "诗雅静敏丽艳娟霞秀玲桂兰凤洁梅琳素云莲真环雪荣爱妹香月莺媛婷"


@pytest.fixture
def owner(app: Flask, sign_in: SignIn) -> FlaskClient:
    """Somebody who sees 600 members, eight of them in every seventy-five of one family."""
    store = add_store()
    names = [f"{FAMILIES[n % 8]}{GIVEN[n % 30]}{GIVEN[n // 30 % 30]}" for n in range(600)]
    names[123] = "陈诗雅"
    touch = Touch("import", store)
    add_members([NewMember(name, store, f"138{n:08}", touch) for n, name in enumerate(names)])
    with db.engine.connect().execution_options(console_writes=True) as connection:
        for table in TABLES:
            connection.exec_driver_sql(f"ANALYZE {table}")
        connection.commit()
    return sign_in()


def a_number() -> str:
    """Return a member's number, which begins with the year in which she was added."""
    return db.session.scalars(sa.select(Member.number).where(Member.name == "陈诗雅")).one()


@pytest.fixture
def many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a surname begin more words of the index than are followed, as it does in a long list."""
    monkeypatch.setattr(newest, "MOST_RANGES", 8)


def check_plans(asked: list[tuple[str, Any]]) -> list[str]:
    """Explain what was asked of members and words, and return the plans; none reads a whole table.

    What is walked in the list's own order, row by row until the page is full, is no whole table.
    """
    plans = []
    for text, values in asked:
        if not any(table in text for table in TABLES) or "0 = 1" in text or "WHERE false" in text:
            continue  # what finds nothing at all reads nothing
        plan = plan_of(text, values)
        for table in TABLES:
            for whole in WHOLE:
                lines = [line for line in plan.splitlines() if whole.format(table) in line]
                # By number SQLite walks the table itself, which it calls a scan.
                own = "ORDER BY membership_member.id" in text and "TEMP B-TREE" not in plan
                walked = [e for e in lines if ("USING INDEX" in e or own) and "LIMIT" in text]
                assert lines == walked, f"{text}\n{plan}"
        plans.append(f"{text}\n{plan}")
    assert plans
    return plans


def test_an_index_answers_a_search(owner: FlaskClient, subtests: pytest.Subtests) -> None:
    texts = "chenshiya", "csy", "诗雅", "13800000123", "0123", a_number(), "csy 0123", "zzz"
    for page, text in itertools.product((LIST, PALETTE), texts):
        with subtests.test(page=page, text=text):
            check_search(owner, page, text)


def check_search(owner: FlaskClient, page: str, text: str) -> None:
    """Search a page, and refuse a plan that finds words without their index."""
    owner.get(page, query_string={"q": text})
    with listening() as asked:
        assert owner.get(page, query_string={"q": text}).status_code == 200
    plans = check_plans(asked)
    looked_up = [plan for plan in plans if "UNION ALL" in plan or "word >=" in plan]
    assert looked_up
    indexes = "console_search_word USING PRIMARY KEY", "pk_console_search_word"
    for plan in looked_up:
        assert text == "13800000123" or any(name in plan for name in indexes), plan


def test_whole_phones_tails_and_numbers_have_indexes_of_their_own(owner: FlaskClient) -> None:
    for text, index in (
        ("13800000123", ("phone=?", "uq_membership_member_phone")),
        ("0123", ("ix_membership_member_phone_tail_gone_at_id",)),
        (a_number(), ("number=?", "uq_membership_member_number")),
    ):
        with listening() as asked:
            owner.get(LIST, query_string={"q": text})
        plans = "\n".join(check_plans(asked))
        assert any(name in plans for name in index), plans


@pytest.mark.usefixtures("many_words")
def test_a_surname_that_many_bear_is_read_in_the_order_of_the_list(
    owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_LISTED", 20)
    for query in ("", "&page=last"):
        check_surname(owner, query)


def check_surname(owner: FlaskClient, query: str) -> None:
    """Search the list for a surname of many, and refuse a plan that sorts them."""
    owner.get(f"{LIST}?q=chen{query}")
    with listening() as asked:
        page = owner.get(f"{LIST}?q=chen{query}")
    assert page.text.count('<tr data-id="') == 50 or "page=last" in query
    for plan in check_plans(asked):
        assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
        if "ORDER BY" in plan and "membership_member.joined_on" in plan.partition("FROM")[0]:
            assert "Sort" not in plan.partition("\n")[2] or "Incremental" in plan, plan


@pytest.mark.usefixtures("many_words")
def test_few_and_many_find_the_same(owner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(text: str) -> set[int]:
        db.session.rollback()
        where = finding.find(Member, text).where
        return set(db.session.scalars(sa.select(Member.id).where(where)))

    texts = [
        "chen",
        "csy",
        "陈",
        "诗",
        "0123",
        "chen 0123",
        "chen shi",
        "cs ya",
        "s y",
        a_number(),
    ]
    few = {text: found(text) for text in texts}
    assert all(few.values())
    monkeypatch.setattr(finding, "MOST_LISTED", 3)
    assert {text: found(text) for text in texts} == few
    monkeypatch.setattr(finding, "MOST_GATHERED", 1)
    assert {text: found(text) for text in texts} == few


@pytest.mark.usefixtures("many_words")
def test_of_many_the_least_is_told(owner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_LISTED", 60)
    assert ">50+<" in owner.get(f"{LIST}?q=chen").text
    narrowed = owner.get(f"{LIST}?q=chen&f.source.eq=import").text
    assert ">50+<" in narrowed
    monkeypatch.setattr(finding, "MOST_LISTED", 100)
    assert ">76<" in owner.get(f"{LIST}?q=chen").text


@pytest.mark.usefixtures("many_words")
def test_what_is_rare_among_the_newest_is_gathered(
    owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_LISTED", 20)
    monkeypatch.setattr(finding, "SAMPLE", 100)
    few = finding.find(Member, "chen").few
    assert few is not None
    assert (few.count, len(few.newest)) == (76, 76)
    monkeypatch.setattr(finding, "MOST_GATHERED", 30)
    assert finding.find(Member, "chen").few is None


def test_a_word_with_wildcards_is_plain(owner: FlaskClient) -> None:
    for text in ("%", "_", "chen%", "\\", "'", '"'):
        assert owner.get(LIST, query_string={"q": text}).status_code == 200
    assert api.db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 600
