"""A chain of three stores lives for sixty days; not a fen differs anywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cards.models import Part
from plugins.cards.services.accounts import left_of
from plugins.cashier.services.days import A_DAY
from plugins.cashier.services.reports.across import balances, check_principal, crossings
from plugins.cashier.services.reports.net import net
from plugins.cashier.services.reports.receipts import receipts
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.reports.unearned import unearned
from plugins.cashier.services.tying import TieOut, tie_out, whole_book
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from tests.plugins.cashier.simulator import WEIGHTS, Chain, span
from tests.plugins.cashier.simulator_shelf import on_shelves

pytestmark = pytest.mark.slow

DAYS = 60
EVENTS = ("closed day", "reopened day", "import", "rolled back import")


def check_all(chain: Chain, days: int) -> TieOut:
    """Compare the books with each other, and with what the chain knows on paper."""
    whole = span(days)
    found = tie_out(whole_book())
    assert [one.words() for one in found.differences] == []
    assert verify().findings == {}
    check_paper(chain, whole)
    return found


def check_paper(chain: Chain, whole: Span) -> None:
    """Compare the reports with the chain's own sums."""
    taken: dict[int, int] = {}
    for row in receipts(whole):
        taken[row.store_id] = taken.get(row.store_id, 0) + row.fen
    on_paper = {
        store: sum(fen for (place, _kind), fen in chain.money.items() if place == store)
        for store in chain.stores
    }
    assert taken == on_paper
    assert {one.gap_fen for one in net(whole)} == {0}
    half = replace(whole, first=whole.first + whole.days // 2 * A_DAY)
    for some in (whole, half):
        assert [one for one in check_principal(some) if one.gap_fen] == []
        assert sum(balances(crossings(some), with_bonus=True).values()) == 0
    rolls = [roll for roll in unearned(whole) if roll.unit == ledger.CNY]
    for store in chain.stores:
        sold = sum(roll.moved["sold"] for roll in rolls if roll.store_id == store)
        assert sold == chain.sold[store]
    face = ledger.standings(chain.people, ["balance"])
    assert {number: face[number]["balance"] for number in chain.people} == {
        number: chain.face[number] for number in chain.people
    }
    assert on_shelves() == chain.pieces
    parts = api.db.session.query(Part).filter(Part.id.in_(chain.sessions)).all()
    assert {number: left.all for number, left in left_of(parts).items()} == chain.sessions


def test_sixty_days_of_three_stores_end_without_a_difference(app: Flask) -> None:
    chain = Chain(seed=20_260_402)
    chain.open()
    chain.live(DAYS)
    found = check_all(chain, DAYS)
    assert len(found.cells) >= DAYS * 2
    assert {*WEIGHTS, *EVENTS} == {*chain.acts}
    past = api.db.session.scalar(
        sa.select(ledger.Journal.posted_at).order_by(ledger.Journal.id.desc()).offset(500).limit(1)
    )
    assert [one for one in check_principal(whole_book(past)) if one.gap_fen] == []
    then = tie_out(whole_book(past))
    assert [one.words() for one in then.differences] == []
