"""The benefits that a member has by herself: of her level, of her stored-value cards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.priced import Adjustment, Draft
from plugins.cashier.services.cards_on_bill import cards_for
from plugins.membership.api import PurseState, benefits_of, level_of
from plugins.salon.api import Service, Variant

LEVEL = _("Level %(level)s: %(percent)s %% of the price")
LEVEL_BALANCE = _("Level %(level)s: %(percent)s %% of the price when paid from balance")
CARD = _("%(card)s: %(percent)s %% of the price when paid from it")


def benefits_for(draft: Draft) -> Iterator[Adjustment]:
    """Yield what a member's level and stored-value cards make cheaper on her bill."""
    if draft.member_id is None:
        return
    fitting = [line.line_id for line in draft.lines if line.scope and line.discountable]
    if not fitting:
        return
    yield from _of_level(draft, draft.member_id, fitting)
    for card in cards_for(draft.member_id, draft.lines):
        if card.percent == 100:
            continue
        facts = {"card": card.title, "percent": card.percent}
        for number in sorted(lines_for(card, draft)):
            if number in fitting:
                yield Adjustment(
                    number,
                    "balance",
                    CARD,
                    facts,
                    percent=card.percent,
                    key=f"card:{card.code}",
                    purse=card.code,
                )


def _of_level(draft: Draft, member_id: int, fitting: Sequence[int]) -> Iterator[Adjustment]:
    level = level_of(member_id)
    if level is None:
        return
    for benefit in benefits_of(member_id):
        if benefit.kind != "discount" or benefit.percent is None or benefit.percent >= 100:
            continue
        facts = {"level": level.name, "percent": benefit.percent}
        bound = benefit.paid_by == "balance"
        for line in draft.lines:
            if line.line_id in fitting and benefit.applies_to in ("all", line.scope):
                yield Adjustment(
                    line.line_id,
                    "balance" if bound else "member",
                    LEVEL_BALANCE if bound else LEVEL,
                    facts,
                    percent=benefit.percent,
                    adds_up=benefit.adds_up,
                    key=f"benefit:{benefit.id}",
                )


def lines_for(card: PurseState, draft: Draft) -> frozenset[int]:
    """Return the lines of a bill that a stored-value card may pay."""
    category_of: dict[int | None, int] = {}
    if card.categories:
        wanted = sa.select(Variant.id, Service.category_id).join(Service)
        wanted = wanted.where(Variant.id.in_({line.variant_id for line in draft.lines}))
        category_of = {row.id: row.category_id for row in api.db.session.execute(wanted)}
    return frozenset(
        line.line_id
        for line in draft.lines
        if line.spendable
        and card.accepts(
            product=line.scope == "products", category_id=category_of.get(line.variant_id)
        )
    )
