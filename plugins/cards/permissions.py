"""What may be allowed with cards, and which preset roles have it."""

from __future__ import annotations

from console import api
from console.api import _

DESK = ("manager", "front_desk")
SEE_CARDS = api.Permission(
    "cards.see_cards", _("See cards and their use"), (*DESK, "technician", "accountant")
)
EDIT_PRODUCTS = api.Permission("cards.edit_products", _("Change card products"), ("manager",))
SELL_CARDS = api.Permission("cards.sell_cards", _("Sell cards"), DESK)
USE_SESSIONS = api.Permission("cards.use_sessions", _("Use sessions of members' cards"), DESK)
UNDO_USES = api.Permission("cards.undo_uses", _("Undo the use of a session"), ("manager",))
CHANGE_CARDS = api.Permission(
    "cards.change_cards", _("Extend, pause and share cards"), ("manager",)
)
TRANSFER_CARDS = api.Permission(
    "cards.transfer_cards", _("Transfer cards to other members"), ("manager",)
)
EXPORT_EVIDENCE = api.Permission(
    "cards.export_evidence",
    _("Export the evidence of a member's cards and balance"),
    ("manager", "accountant"),
)
TAKE_IN = api.Permission(
    "cards.take_in", _("Import old cards and turn old sessions into cards"), ("manager",)
)

PERMISSIONS = (
    SEE_CARDS,
    EDIT_PRODUCTS,
    SELL_CARDS,
    USE_SESSIONS,
    UNDO_USES,
    CHANGE_CARDS,
    TRANSFER_CARDS,
    EXPORT_EVIDENCE,
    TAKE_IN,
)
