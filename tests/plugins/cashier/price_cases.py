"""Bills and benefits for the properties of prices, drawn at random."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from plugins.cashier.api import Adjustment, Draft, DraftLine

CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"points": 300},
    {"points": 5_000},
    {"coupon": ""},
    {"coupon": "coupon:1", "points": 700},
    {"declined": ["coupon:0", "member:0", "balance:1"]},
)
STEPS = ("member", "activity", "coupon", "coupon", "points", "balance", "balance")
DAY = dt.date(2026, 3, 31)
sums = st.one_of(st.integers(0, 30), st.integers(1_000, 9_999), st.integers(0, 30_000))
#: What costs something, so that there is something to take off.
prices = st.one_of(st.integers(0, 30), *[st.integers(5_000, 30_000)] * 3)
percents = st.one_of(st.sampled_from((0, 50, 80, 88, 90, 95, 99, 100)), st.integers(0, 100))


def excluding(*steps: str) -> st.SearchStrategy[frozenset[str]]:
    """Draw steps beside which a benefit does not count, mostly none."""
    some = st.frozensets(st.sampled_from(steps), max_size=2)
    return st.one_of(st.just(frozenset()), some)


@st.composite
def lines(draw: st.DrawFn) -> list[DraftLine]:
    """Draw the lines of a bill; a session among them takes no benefits."""
    found = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        session = draw(st.integers(0, 9)) == 0
        found.append(
            DraftLine(
                number,
                "session" if session else "service",
                "" if session else "services",
                0 if session else draw(prices),
                discountable=not session,
                change_fen=draw(st.sampled_from((0, 0, 0, 1, 500))),
                gift=not session and draw(st.integers(0, 9)) == 0,
            )
        )
    return found


@st.composite
def things(draw: st.DrawFn, number: int, line_ids: list[int]) -> list[Adjustment]:
    """Draw one benefit, as it is offered for some of the lines."""
    step = draw(st.sampled_from(STEPS))
    some = st.lists(st.sampled_from(line_ids), min_size=1, unique=True)
    on = draw(st.one_of(st.just(line_ids), some))
    terms: dict[str, Any] = {}
    if step in ("member", "activity"):
        terms["adds_up"] = draw(st.integers(0, 3)) == 0
        terms["excludes"] = draw(excluding("coupon", "points"))
    if step == "balance":
        terms["adds_up"] = draw(st.booleans())
        terms["excludes"] = draw(excluding("coupon", "points"))
    if step == "coupon":
        terms["excludes"] = draw(excluding("member", "activity", "points", "balance"))
        terms["least_fen"] = draw(st.sampled_from((0, 0, 5_000)))
    if step == "points":
        terms["excludes"] = draw(excluding("member", "activity", "coupon", "balance"))
        terms["points"], terms["shared_fen"] = 1_000, draw(sums)
    elif step == "coupon" and draw(st.booleans()):
        terms["shared_fen"] = draw(sums)
    elif draw(st.integers(0, 2)):
        terms["percent"] = draw(percents)
    elif step != "balance" and draw(st.booleans()):
        terms["price_fen"] = draw(sums)
    else:
        terms["amount_fen"] = draw(sums)
    key = "points" if step == "points" else f"{step}:{number}"
    if step == "balance" and "percent" in terms and draw(st.booleans()):
        # A stored-value card with a rate for each class of services.
        rates = [{**terms, "percent": draw(percents)} for _line in on]
        return [
            Adjustment(line, step, key, key=key, **own) for line, own in zip(on, rates, strict=True)
        ]
    return [Adjustment(line, step, f"{key}", key=key, **terms) for line in on]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Draft, list[Adjustment]]:
    """Draw a bill and what is offered for it."""
    some = draw(lines())
    offers: list[Adjustment] = []
    for number in range(draw(st.integers(0, 5))):
        for one in draw(things(number, [line.line_id for line in some])):
            if one.step != "points" or all(each.step != "points" for each in offers):
                offers.append(one)
    choices = draw(st.sampled_from(CHOICES))
    balance = draw(st.sampled_from((0, 1, 4_000, 30_000, 10**7)))
    return Draft(1, 1, 1, DAY, some, balance, choices=choices), offers
