"""What other plugins may use of cards: products, selling, using, and what is left."""

from __future__ import annotations

from plugins.cards.hookspecs import cards_card_sold, cards_session_undone, cards_session_used
from plugins.cards.models import Card, CardUse, Item, Part, Product
from plugins.cards.permissions import SEE_CARDS, SELL_CARDS, USE_SESSIONS
from plugins.cards.services.accounts import Left, left_of, owing_of
from plugins.cards.services.changing import pay_owing, undo_sale
from plugins.cards.services.nightly import earn_pass, earned_so_far
from plugins.cards.services.offering import Offer, cards_of, offers_of, usable_on
from plugins.cards.services.selling import products_on_sale, sell_card
from plugins.cards.services.using import list_price_with, supplement_for, undo_use, use_session

__all__ = [
    "SEE_CARDS",
    "SELL_CARDS",
    "USE_SESSIONS",
    "Card",
    "CardUse",
    "Item",
    "Left",
    "Offer",
    "Part",
    "Product",
    "cards_card_sold",
    "cards_of",
    "cards_session_undone",
    "cards_session_used",
    "earn_pass",
    "earned_so_far",
    "left_of",
    "list_price_with",
    "offers_of",
    "owing_of",
    "pay_owing",
    "products_on_sale",
    "sell_card",
    "supplement_for",
    "undo_sale",
    "undo_use",
    "usable_on",
    "use_session",
]
