"""The court rule that refunds follow: its words and the interest rates, as dated data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from console.api import _
from plugins.cashier.services.refunding.sheets import Rates

FILE = Path(__file__).parents[2] / "refund_law" / "cn_2025_4.json"
#: What each clause says, in short.
GISTS: dict[str, Any] = {
    "14": _("Within seven days of paying, all principal goes back."),
    "15": _("What was paid, less the value of what was used, goes back."),
    "16": _("Interest: the one-year LPR, or the one-year deposit rate when she is the cause."),
    "17": _("Interest runs from the end of the contract."),
    "18.1": _("Not by her cause: what was used counts at the discounted price."),
    "18.2": _("Not by her cause: what was used counts at paid to paid plus bonus."),
    "19": _("By her cause: what was used counts at the price before discount."),
    "20": _("Nothing is asked of her beyond what she paid."),
    "21": _("Gifts that were used are weighed case by case; here they cost nothing."),
    "22": _("A card without limit of use goes back by the time that is left."),
}
CAUSE_WORDS: dict[str, Any] = {
    "shop": _("The salon is the cause: it moved, closed, or does not serve as promised."),
    "member": _("The member is the cause: she no longer wants or needs it."),
    "both": _("Both agreed to end it, and neither is to blame."),
    "seven_days": _("She asks within seven days of paying, without a reason."),
}


@dataclass(frozen=True)
class Law:
    """A court rule: what it is called, since when it holds, its clauses, and the rates."""

    name: str
    number: str
    in_force_on: dt.date
    as_of: dt.date
    source: str
    clauses: Mapping[str, str]
    rates: Rates

    def text_of(self, clause: str) -> str:
        """Return the words of a clause."""
        return self.clauses[clause]

    def gist_of(self, clause: str) -> Any:
        """Return in short what a clause says, in the reader's language."""
        return GISTS[clause]


@cache
def load_law() -> Law:
    """Return the rule that holds."""
    told = json.loads(FILE.read_text("utf-8"))
    return Law(
        name=told["name"],
        number=told["number"],
        in_force_on=dt.date.fromisoformat(told["in_force_on"]),
        as_of=dt.date.fromisoformat(told["as_of"]),
        source=told["source"],
        clauses={key: clause["text"] for key, clause in told["clauses"].items()},
        rates=Rates(_rates(told, "lpr"), _rates(told, "deposit")),
    )


def _rates(told: Mapping[str, Any], kind: str) -> list[tuple[dt.date, int]]:
    steps = told["rates"][kind]["from"]
    return [(dt.date.fromisoformat(step["on"]), step["bp"]) for step in steps]


def show_clause(clause: str) -> str:
    """Write the number of a clause for people: 18(2)."""
    article, _dot, item = clause.partition(".")
    return f"{article}({item})" if item else article
