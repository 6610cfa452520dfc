"""The tables of cards."""

from plugins.cards.models.cards import (
    SOURCES,
    STATES,
    Card,
    CardStore,
    Part,
    PartService,
    Person,
)
from plugins.cards.models.products import (
    KINDS,
    STARTS,
    Item,
    ItemService,
    Product,
    ProductStore,
)
from plugins.cards.models.transfers import TRANSFER_STATES, Transfer
from plugins.cards.models.uses import CardUse, Change, Contract, Intake, Pause

__all__ = [
    "KINDS",
    "SOURCES",
    "STARTS",
    "STATES",
    "TRANSFER_STATES",
    "Card",
    "CardStore",
    "CardUse",
    "Change",
    "Contract",
    "Intake",
    "Item",
    "ItemService",
    "Part",
    "PartService",
    "Pause",
    "Person",
    "Product",
    "ProductStore",
    "Transfer",
]
