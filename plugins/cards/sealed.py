"""The tables whose rows are sealed as they are written, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.api import _

SEALED: Mapping[str, Any] = {
    "cards_card": _("Cards"),
    "cards_card_store": _("Stores of cards"),
    "cards_part": _("Items of cards"),
    "cards_part_service": _("Services of cards"),
    "cards_person": _("People of cards"),
    "cards_use": _("Sessions used"),
    "cards_pause": _("Pauses of cards"),
    "cards_change": _("Changes of cards"),
    "cards_contract": _("Contracts of cards"),
    "cards_intake": _("Imports of cards"),
    "cards_transfer": _("Transfers of cards"),
    "cards_product": _("Card products"),
    "cards_product_store": _("Stores of card products"),
    "cards_item": _("Items of card products"),
    "cards_item_service": _("Services of card products"),
}
