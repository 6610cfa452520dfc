"""The cheapest way to pay: a search over the same prices, with what each way takes from her."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from console import api
from plugins.cashier.api import Adjustment, Draft, DraftLine, Proposal
from plugins.cashier.priced import FromPurse, Means, Session
from plugins.cashier.services.pricing.proposing import propose
from plugins.cashier.services.pricing.solving import solve

DAY = dt.date(2026, 3, 31)


def draft(*yuan: int, **more: Any) -> Draft:
    lines = [
        DraftLine(number, "service", "services", price * 100, variant_id=number)
        for number, price in enumerate(yuan, 1)
    ]
    return Draft(1, 1, 1, DAY, lines, **more)


def said(proposal: Proposal) -> list[str]:
    with api.speaking("en"):
        return [api.thaw(dict(words)) for words in proposal.words]


def test_the_cheapest_way_is_said_in_words() -> None:
    offers = [
        Adjustment(2, "coupon", "¥30 off", shared_fen=3_000, key="c"),
        Adjustment(2, "balance", "8.0", percent=80, key="card:7", purse="7"),
    ]
    means = Means(
        [FromPurse(None, 2_000), FromPurse("7", 5_000)],
        {None: "Balance", "7": "Gold card"},
        [Session(1, "part:1", "Cut · 10 times", worth_fen=9_800)],
        {"part:1": 3},
    )
    best, *others = propose(draft(128, 100), offers, means)
    assert said(best) == [
        "1 session: Cut · 10 times",
        "¥50.00 from: Gold card",
        "Coupon: ¥30 off",
        "¥7.50 with money",
    ]
    assert (best.cost_fen, best.saved_fen) == (9_800 + 5_750, 22_800 - 9_800 - 5_750)
    assert best.money_fen == 750
    assert others[0].money_fen == 0
    assert said(others[-1]) == ["Coupon: ¥30 off", "¥198.00 with money"]


def test_a_session_that_is_dearer_than_the_price_is_not_the_cheapest() -> None:
    dear = Session(1, "part:1", "Cut", worth_fen=9_800)
    best, least = propose(draft(60), [], Means(sessions=[dear], left={"part:1": 1}))
    assert (best.sessions, best.money_fen) == ((), 6_000)
    assert (least.sessions, least.money_fen) == ((dear,), 0)


def test_more_sessions_than_there_are_left_are_never_proposed() -> None:
    some = [Session(line, "part:1", "Cut", worth_fen=100) for line in (1, 2, 3)]
    for proposal in propose(draft(10, 20, 30), [], Means(sessions=some, left={"part:1": 2})):
        assert len(proposal.sessions) <= 2
    best = propose(draft(10, 20, 30), [], Means(sessions=some, left={"part:1": 2}))[0]
    assert {session.line_id for session in best.sessions} == {2, 3}


def test_points_are_proposed_as_far_as_they_are_worth_something() -> None:
    points = Adjustment(1, "points", "points", shared_fen=2_000, points=2_000, key="points")
    best = propose(draft(10), [points], Means())[0]
    assert (best.quote.points, best.money_fen) == (1_000, 0)
    assert said(best) == ["1,000 points take ¥10.00 off"]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(50, 100), st.integers(0, 400)), max_size=2),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 200)), max_size=3),
)
def test_no_way_that_is_allowed_is_cheaper_than_the_first(
    yuan: list[int], cards: list[tuple[int, int]], worths: list[tuple[int, int]]
) -> None:
    bill = draft(*yuan)
    purses = [FromPurse(str(n), fen * 100) for n, (_percent, fen) in enumerate(cards)]
    offers = [
        Adjustment(line.line_id, "balance", "card", percent=percent, key=f"c{n}", purse=str(n))
        for n, (percent, _fen) in enumerate(cards)
        for line in bill.lines
    ]
    sessions = [
        Session(at % len(yuan) + 1, f"p{n}", "Cut", worth_fen=worth * 100)
        for n, (at, worth) in enumerate(worths)
    ]
    found = propose(bill, offers, Means(purses, {}, sessions, {}))
    assert found == propose(bill, offers[::-1], Means(purses, {}, sessions[::-1], {}))
    costs = list(_costs(bill, offers, purses, sessions))
    assert found[0].cost_fen == min(costs)
    assert [one.cost_fen for one in found] == sorted(one.cost_fen for one in found)
    assert len(found) <= 4


def _costs(
    bill: Draft,
    offers: Sequence[Adjustment],
    purses: Sequence[FromPurse],
    sessions: Sequence[Session],
) -> Any:
    for count in range(len(sessions) + 1):
        for used in combinations(sessions, count):
            taken = {session.line_id for session in used}
            if len(taken) < count:
                continue
            lines = [line for line in bill.lines if line.line_id not in taken]
            rest = [one for one in offers if one.line_id not in taken]
            for some in range(len(purses) + 1):
                for paid in combinations(purses, some):
                    quote = solve(Draft(1, 1, 1, DAY, lines, purses=paid), rest)
                    yield quote.due_fen + sum(session.worth_fen for session in used)
