"""Standings: what lists of members show, filter and sort by, quick at any size."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.ledger import api as ledger
from plugins.membership.models import Member
from plugins.membership.services.joining import NewMember, add_members
from tests.support.ledger import spend, top_up
from tests.support.membership import join
from tests.support.pages import cells_of, ids_of, link
from tests.support.people import SignIn, add_store

LIST = "/console/membership/members/"


@pytest.fixture
def members(app: Flask) -> list[int]:
    """Members with 0 (never any), 50, 150 and 0 (spent) yuan."""
    store = add_store()
    ids = [join(name, store, None).id for name in ("甲", "乙", "丙", "丁")]
    for member_id, fen in zip(ids[1:], (5_000, 15_000, 700), strict=True):
        top_up(member_id, fen)
    spend(ids[3], 700)
    return ids


def test_members_are_sorted_by_balance_those_without_any_last(
    members: list[int], sign_in: SignIn
) -> None:
    client = sign_in("owner")
    never, fifty, most, spent = members
    assert ids_of(client.get(f"{LIST}?sort=-balance").text) == [most, fifty, spent, never]
    page = client.get(f"{LIST}?sort=balance").text
    assert ids_of(page) == [spent, fifty, most, never]
    assert "¥150.00" in cells_of(page, most)
    assert "¥0.00" in cells_of(page, spent)


def test_the_sorted_list_is_paged_through(app: Flask, sign_in: SignIn) -> None:
    store = add_store()
    ids = add_members([NewMember(f"会员{n}", store, None) for n in range(60)])
    rich = [ledger.Opening(member_id=number, principal_fen=number % 7 + 1) for number in ids[:55]]
    ledger.open_balances("test", rich)
    client = sign_in("owner")
    first = client.get(f"{LIST}?sort=-balance").text
    second = client.get(link(first, "next")).text
    seen = ids_of(first) + ids_of(second)
    wanted = sorted(ids[:55], key=lambda n: (n % 7 + 1, n), reverse=True) + ids[55:][::-1]
    assert seen == wanted
    assert ids_of(client.get(link(second, "prev")).text) == seen[:50]


@pytest.mark.parametrize(
    ("operation", "given", "found"),
    [("ge", 5_000, [1, 2]), ("ge", 0, [0, 1, 2, 3]), ("le", 0, [0, 3]), ("eq", 0, [0, 3])],
)
def test_who_never_had_any_has_zero(
    members: list[int], operation: str, given: int, found: list[int]
) -> None:
    condition = ledger.where_standing(Member.id, "balance", operation, given)
    ids = api.db.session.scalars(sa.select(Member.id).where(condition).order_by(Member.id))
    assert list(ids) == [members[place] for place in found]


@pytest.mark.any_engine
def test_sorting_by_balance_walks_an_index(app: Flask) -> None:
    column = ledger.standing_column("balance")
    amount: Any = column["expression"]
    sorted_ids = (
        sa.select(Member.id, amount)
        .outerjoin(*column["join"](Member))
        .where(amount.is_not(None))
        .order_by(amount.desc(), Member.id.desc())
        .limit(51)
    )
    text = str(sorted_ids.compile(api.db.engine, compile_kwargs={"literal_binds": True}))
    plan = [row[-1] for row in api.db.session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))]
    assert "ix_ledger_standing_amount" in plan[0]
    assert not any("SCAN" in line for line in plan)
