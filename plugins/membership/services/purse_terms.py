"""Rates and scope of a stored-value card: what a kind promises today, and what it promised then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.membership.models import PurseKind
from plugins.salon.api import Category

Terms = Mapping[str, Any]


def terms_of(kind: PurseKind) -> dict[str, Any]:
    """Return the rates and the scope of a kind as they are now, as a card that is sold keeps them.

    Categories go by their numbers.
    """
    return {
        "percent": kind.percent,
        "products_percent": kind.products_percent,
        "with_coupons": kind.with_coupons,
        "for_cards": kind.for_cards,
        "applies_to": kind.applies_to,
        "categories": sorted(category.id for category in kind.categories),
        "rates": sorted([rate.category_id, rate.percent] for rate in kind.rates),
    }


def named_rates(terms: Terms) -> dict[int, tuple[str, int]]:
    """Return the rates of categories by their numbers, with their names."""
    rates = dict(terms["rates"])
    if not rates:
        return {}
    wanted = sa.select(Category).where(Category.id.in_(rates))
    key = ("membership.rate_names", *rates)
    rows = api.read_once(key, lambda: api.db.session.scalars(wanted).all())
    named = {row.id: row.shown_name for row in rows}
    return {number: (named.get(number, ""), percent) for number, percent in rates.items()}
