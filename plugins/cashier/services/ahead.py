"""Cards paid from balance: whether a store allows it, and what the rules on prepayments count."""

from __future__ import annotations

from typing import Any

from console import api
from console.api import _

CARDS_FROM_BALANCE = api.Setting(
    "cashier.cards_from_balance",
    _("Cards are paid from balance too"),
    True,
    help=_("What she paid for the balance becomes the price of the card; bonus is a discount."),
    per_store=True,
)


def pays_ahead(kind: Any, store_id: int) -> bool:
    """Tell whether balance pays in a store for what a kind of line sells."""
    return kind is not None and kind.from_balance and CARDS_FROM_BALANCE.get(store_id)
