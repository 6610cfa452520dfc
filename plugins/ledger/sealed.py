"""The tables whose rows are sealed as they are written; all others are part of the chains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.api import _

SEALED: Mapping[str, Any] = {
    "ledger_heir": _("Accounts of merged files"),
    "ledger_seal": _("Seals of the ledger"),
}
