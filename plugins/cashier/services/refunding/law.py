"""The court rule that refunds follow: its words and the interest rates, as dated data."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from console import api
from console.api import _
from plugins.cashier.refunds import GROUP
from plugins.cashier.services.refunding.sheets import Rates

#: A day and a rate in percent a year, such as "2025-05-20 3.00".
STEP = re.compile(r"(\d{4}-\d{2}-\d{2})\s+(\d{1,2}(?:\.\d{1,2})?)")
LPR = api.Setting(
    "cashier.refund_lpr",
    _("One-year LPR, for interest when the salon is the cause"),
    "",
    help=_(
        "Days and percent a year, such as: 2025-05-20 3.00; 2025-11-20 2.95. Empty: the figures "
        "as delivered, which nobody has confirmed."
    ),
    group=GROUP,
)
DEPOSIT = api.Setting(
    "cashier.refund_deposit",
    _("One-year deposit rate, for interest when the member is the cause"),
    "",
    help=_("Written like the LPR. Empty: the figure as delivered, which nobody has confirmed."),
    group=GROUP,
)
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


def rates_in_force() -> Rates:
    """Return the rates that the salon entered, else those as delivered."""
    given = load_law().rates
    return Rates(_read(LPR.get()) or given.lpr, _read(DEPOSIT.get()) or given.deposit)


def _read(text: str) -> list[tuple[dt.date, int]]:
    """Read what the salon entered: a day and a rate, others after a semicolon or on a new line."""
    found = []
    for step in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
        fits = STEP.fullmatch(step)
        try:
            day = dt.date.fromisoformat(fits[1] if fits else "")
        except ValueError as problem:
            told = _(
                "Mend the interest rates under Settings: “%(text)s” cannot be read.", text=step
            )
            raise api.Refused(told) from problem
        found.append((day, api.parse_fen(fits[2] if fits else "")))
    return found


def _rates(told: Mapping[str, Any], kind: str) -> list[tuple[dt.date, int]]:
    steps = told["rates"][kind]["from"]
    return [(dt.date.fromisoformat(step["on"]), step["bp"]) for step in steps]


def show_clause(clause: str) -> str:
    """Write the number of a clause for people: 18(2)."""
    article, _dot, item = clause.partition(".")
    return f"{article}({item})" if item else article
