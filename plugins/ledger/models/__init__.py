"""The tables of the ledger: accounts, journals, lots, and the seals that show tampering."""

from __future__ import annotations

from plugins.ledger.models.accounts import Account, Standing
from plugins.ledger.models.handovers import Handover, Heir
from plugins.ledger.models.journals import Journal, Leg, Payment, Refund
from plugins.ledger.models.lots import Lot, Use
from plugins.ledger.models.seals import Link, Seal

__all__ = [
    "Account",
    "Handover",
    "Heir",
    "Journal",
    "Leg",
    "Link",
    "Lot",
    "Payment",
    "Refund",
    "Seal",
    "Standing",
    "Use",
]
