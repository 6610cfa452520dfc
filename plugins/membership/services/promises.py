"""What a top-up promises besides its sums: card, level and order of spending, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.membership.models import SPLITS, Level, PurseKind
from plugins.membership.models.levels import SCOPES
from plugins.membership.services.offers import RechargeQuote
from plugins.membership.services.purses import (
    MAIN,
    PurseState,
    card_to_open,
    find_purse,
    say_rates,
)
from plugins.membership.services.recharging import SPLIT, bonus_bars
from plugins.salon.api import Category

PAYS = {key: label for key, label in SCOPES if key != "all"}


def promises_of(quote: RechargeQuote) -> dict[str, Any]:
    """Return what the rules of today promise of a top-up that is quoted, to be kept with it."""
    level = api.db.session.get(Level, quote.level_id) if quote.level_id else None
    return {
        "split": SPLIT.get(),
        "bonus_bars": bonus_bars() if quote.bonus_fen else "",
        "level": {"name": level.name, "names": level.names} if level else None,
        "card": _card_of(quote),
    }


def _card_of(quote: RechargeQuote) -> dict[str, Any] | None:
    """Return the stored-value card that a top-up goes to; None for the plain balance."""
    if quote.purse != MAIN:
        state = find_purse(quote.member_id, quote.purse)
    elif quote.purse_kind_id is not None:
        state = card_to_open(quote.purse_kind_id)
    else:
        return None
    kind = api.db.session.get_one(PurseKind, state.kind_id)
    named = _categories({*state.categories, *state.rates})
    return {
        "name": kind.name,
        "names": kind.names,
        "percent": state.percent,
        "products_percent": state.products_percent,
        "with_coupons": state.with_coupons,
        "for_cards": state.pays_cards,
        "applies_to": state.applies_to,
        "categories": [named[number] for number in sorted(state.categories) if number in named],
        "rates": [
            {**named[number], "percent": percent}
            for number, (_name, percent) in state.rates.items()
            if number in named
        ],
    }


def _categories(numbers: set[int]) -> dict[int, dict[str, Any]]:
    wanted = sa.select(Category).where(Category.id.in_(numbers))
    rows = api.db.session.scalars(wanted).all() if numbers else []
    return {row.id: {"name": row.name, "names": row.names} for row in rows}


def say_split(split: str) -> str:
    """Say how a use falls on principal and bonus."""
    return str(dict(SPLITS)[split])


def say_card(card: Mapping[str, Any] | None) -> str:
    """Return the name of the stored-value card of a promise; the balance where there is none."""
    return _name(card) if card else api.pgettext("member card", "Balance")


def say_what_it_pays(card: Mapping[str, Any] | None) -> str:
    """Say what a card of a promise pays for, with its discounts; of None, the plain balance."""
    if card is None:
        return api.gettext(
            "services and products at their price; session cards and passes in stores that sell "
            "them from balance"
        )
    words = [_name(one) for one in card["categories"]]
    if not words and card["applies_to"] == "all":
        words = [str(label) for label in PAYS.values()]
    elif not words or card["applies_to"] == "products":
        words = [str(PAYS[card["applies_to"]])]
    elif card["applies_to"] == "all":
        words.append(str(PAYS["products"]))
    if card["for_cards"]:
        words.append(api.gettext("Session cards and passes"))
    return "\n".join([" · ".join(words), *_rates(card)])


def _rates(card: Mapping[str, Any]) -> Sequence[str]:
    rates = {place: (_name(one), one["percent"]) for place, one in enumerate(card["rates"])}
    state = PurseState(
        MAIN,
        _name(card),
        "",
        None,
        card["percent"],
        card["applies_to"],
        frozenset(),
        (),
        rates=rates,
        products_percent=card["products_percent"],
        with_coupons=card["with_coupons"],
    )
    return say_rates(state)


def _name(told: Mapping[str, Any]) -> str:
    return str(api.translate(told["name"], told["names"]))
