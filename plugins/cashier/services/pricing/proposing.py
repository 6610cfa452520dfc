"""The cheapest way to pay a bill: a search over the same solver that prices it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Any

from console import api
from console.api import _
from plugins.cashier.priced import (
    Adjustment,
    Draft,
    DraftLine,
    FromPurse,
    Means,
    Proposal,
    Quote,
    Session,
)
from plugins.cashier.services.pricing.book import filled, with_choice
from plugins.cashier.services.pricing.solving import solve

#: So that a search ends: sessions for a line, ways to use sessions, cards, proposals shown.
MOST_SESSIONS, MOST_PLANS, MOST_CARDS, MOST_SHOWN = 3, 16, 3, 4
MOST_COMBINED = 6

MONEY = _("%(sum)s with money")
BALANCE = _("%(sum)s from: %(card)s")
SESSION = _("1 session: %(title)s")
POINTS = _("%(points)s points take %(sum)s off")
COUPON = _("Coupon: %(coupon)s")

Plan = tuple[Session, ...]


def propose(draft: Draft, adjustments: Iterable[Adjustment], means: Means) -> list[Proposal]:
    """Return ways to pay a bill, the cheapest first, one that is all money among them.

    The search is capped: it looks at sixteen ways to use sessions and at three stored-value
    cards.
    """
    offered = list(adjustments)
    points = max((one.points for one in offered if one.step == "points"), default=0)
    wanted = [int(draft.choices.get("points") or 0), *([points] if points else [])]
    tried: dict[str, Proposal] = {}
    for plan in _plans(draft, means):
        bare = _with_sessions(draft, plan)
        for cards in _cards(means.purses):
            for number in sorted({0, *wanted}):
                asked = with_choice(bare, points=number)
                quote = solve(replace(asked, purses=cards, balance_fen=0), offered)
                one = _proposal(draft, plan, cards, quote, means)
                tried.setdefault(one.sign, one)
    return _best(list(tried.values()))


def _best(tried: Sequence[Proposal]) -> list[Proposal]:
    """Return those that none beats in cost and in money, one with sessions, and all money."""
    ranked = sorted(tried, key=_rank)
    found: list[Proposal] = []
    for one in ranked:
        if not found or one.money_fen < found[-1].money_fen:
            found.append(one)
    plain = [one for one in ranked if not one.sessions and not one.purses and not one.quote.points]
    shown = {one.sign: one for one in (*found[: MOST_SHOWN - 2], *plain[:1])}
    if not any(one.sessions for one in shown.values()):
        shown |= {one.sign: one for one in [one for one in ranked if one.sessions][:1]}
    for one in found:
        if len(shown) < MOST_SHOWN:
            shown.setdefault(one.sign, one)
    return sorted(shown.values(), key=_rank)


def _rank(one: Proposal) -> tuple[Any, ...]:
    taken = len(one.sessions) + len(one.purses) + bool(one.quote.coupon)
    return one.cost_fen, one.money_fen, one.quote.points, taken, one.sign


def _plans(draft: Draft, means: Means) -> list[Plan]:
    """Return ways to use her sessions, those that promise most first, and to use none."""
    by_line: dict[int, list[Session]] = {}
    open_lines = {
        line.line_id: line.list_fen
        for line in draft.lines
        if line.discountable and not line.gift and line.quantity == 1
    }
    for session in sorted(means.sessions, key=_cheap_first):
        some = by_line.setdefault(session.line_id, [])
        if session.line_id in open_lines and len(some) < MOST_SESSIONS:
            some.append(session)
    dear_first = sorted(by_line, key=lambda number: (-open_lines.get(number, 0), number))
    options = [(None, *by_line[number]) for number in dear_first[:MOST_COMBINED]]
    found = []
    for chosen in product(*options):
        plan = tuple(session for session in chosen if session is not None)
        needed = Counter(session.pool for session in plan)
        if all(count <= means.left.get(pool, count) for pool, count in needed.items()):
            gain = sum(open_lines[s.line_id] - s.worth_fen - s.extra_fen for s in plan)
            found.append((-gain, len(plan), [(s.line_id, s.pool) for s in plan], plan))
    ranked = [plan for *_rest, plan in sorted(found, key=lambda each: each[:3])]
    most = max(ranked, key=len, default=())
    seen = {tuple(map(id, plan)): plan for plan in [(), most, *ranked[:MOST_PLANS]]}
    return list(seen.values())


def _cheap_first(session: Session) -> tuple[Any, ...]:
    return session.worth_fen + session.extra_fen, session.pool, session.title


def _cards(purses: Sequence[FromPurse]) -> Iterator[tuple[FromPurse, ...]]:
    usable = [card for card in purses if card.amount_fen > 0][:MOST_CARDS]
    for count in range(len(usable) + 1):
        yield from combinations(usable, count)


def _with_sessions(draft: Draft, plan: Plan) -> Draft:
    """Return a bill on which sessions take the place of lines."""
    used = {session.line_id: session for session in plan}
    lines = [
        _session_line(line, used[line.line_id]) if line.line_id in used else line
        for line in draft.lines
    ]
    return replace(draft, lines=lines)


def _session_line(line: DraftLine, session: Session) -> DraftLine:
    return DraftLine(
        line.line_id,
        session.kind,
        "",
        session.extra_fen,
        discountable=False,
        variant_id=line.variant_id,
        facts=session.facts,
    )


def _proposal(
    draft: Draft, plan: Plan, cards: Sequence[FromPurse], quote: Quote, means: Means
) -> Proposal:
    paid = [sum(line.from_purses[at] for line in quote.lines) for at in range(len(cards))]
    purses = tuple((card.purse, fen) for card, fen in zip(cards, paid, strict=True) if fen)
    cost = quote.due_fen + sum(session.worth_fen for session in plan)
    told = [(s.line_id, s.pool, s.facts) for s in plan], purses, quote.points, quote.coupon
    return Proposal(
        quote,
        plan,
        purses,
        cost,
        sum(line.list_fen for line in draft.lines) - cost,
        tuple(_words(plan, purses, quote, means)),
        hashlib.sha256(repr((told, quote.due_fen)).encode()).hexdigest()[:16],
    )


def _words(
    plan: Plan, purses: Sequence[tuple[str | None, int]], quote: Quote, means: Means
) -> Iterator[Mapping[str, Any]]:
    """Say what a proposal takes from her."""
    for session in plan:
        yield filled(SESSION, title=session.title)
    for code, fen in purses:
        card = api.freeze(means.titles.get(code, ""))
        yield filled(BALANCE, sum=api.format_fen(fen), card=card)
    steps = [step for line in quote.lines for step in line.steps]
    for step in steps:
        if step.step == "coupon":
            yield filled(COUPON, coupon=dict(step.reason))
            break
    if quote.points:
        worth = sum(step.amount_fen for step in steps if step.step == "points")
        yield filled(POINTS, points=f"{quote.points:,}", sum=api.format_fen(worth))
    if quote.money_fen:
        yield filled(MONEY, sum=api.format_fen(quote.money_fen))
