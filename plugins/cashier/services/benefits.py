"""The benefits that a member has by herself: of her level, of her stored-value cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.priced import Adjustment, Draft, DraftLine
from plugins.cashier.services.cards_on_bill import cards_for
from plugins.membership.api import PurseState, benefits_of, level_of
from plugins.salon.api import Service, Variant

LEVEL = _("Level %(level)s: %(percent)s %% of the price")
LEVEL_BALANCE = _("Level %(level)s: %(percent)s %% of the price when paid from balance")
CARD = _("%(card)s: %(percent)s %% of the price when paid from it")
CARD_CLASS = _("%(card)s, %(what)s: %(percent)s %% of the price when paid from it")
CARD_PRODUCTS = _("%(card)s, products: %(percent)s %% of the price when paid from it")


def benefits_for(draft: Draft) -> Iterator[Adjustment]:
    """Yield what a member's level and stored-value cards make cheaper on her bill."""
    if draft.member_id is None:
        return
    fitting = [line.line_id for line in draft.lines if line.scope and line.discountable]
    if not fitting:
        return
    yield from _of_level(draft, draft.member_id, fitting)
    for card in cards_for(draft.member_id, draft.lines):
        if card.cheaper:
            yield from _of_card(draft, card, fitting)


def _of_card(draft: Draft, card: PurseState, fitting: Sequence[int]) -> Iterator[Adjustment]:
    """Yield what a card makes cheaper, each line at the rate of what it is."""
    category_of = _categories(draft) if card.rates else {}
    accepted = lines_for(card, draft)
    for line in draft.lines:
        if line.line_id not in accepted or line.line_id not in fitting:
            continue
        product, category = line.scope == "products", category_of.get(line.variant_id)
        own = card.rates.get(category) if category is not None else None
        percent = card.percent_of(product=product, category_id=category)
        if percent == 100:
            continue
        facts: dict[str, Any] = {"card": card.title, "percent": percent}
        words = CARD_PRODUCTS if product and card.products_percent else CARD
        if own is not None:
            words, facts["what"] = CARD_CLASS, own[0]
        yield Adjustment(
            line.line_id,
            "balance",
            words,
            facts,
            percent=percent,
            key=f"card:{card.code}",
            purse=card.code,
            excludes=frozenset() if card.with_coupons else frozenset({"coupon"}),
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


def _categories(draft: Draft) -> dict[int | None, int]:
    """Return the categories of the services on a bill, by variant."""
    wanted = sa.select(Variant.id, Service.category_id).join(Service)
    wanted = wanted.where(Variant.id.in_({line.variant_id for line in draft.lines}))
    return {row.id: row.category_id for row in api.db.session.execute(wanted)}


def lines_for(card: PurseState, draft: Draft) -> frozenset[int]:
    """Return the lines of a bill that a stored-value card may pay."""
    category_of = _categories(draft) if card.categories else {}
    return frozenset(
        line.line_id for line in draft.lines if line.spendable and _pays(card, line, category_of)
    )


def _pays(card: PurseState, line: DraftLine, category_of: Mapping[int | None, int]) -> bool:
    if line.ahead:
        return card.pays_cards
    category = category_of.get(line.variant_id)
    return card.accepts(product=line.scope == "products", category_id=category)
