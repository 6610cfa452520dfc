"""What the law of the place says of prepaid cards: dated packs of data, and the owner's answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from console import api
from console.api import _

FOLDER = Path(__file__).parent.parent / "region_packs"
NATIONAL = "cn"
SOLE_TRADER, COMPANY = "sole_trader", "company"
#: What the figures of a pack are called; those in fen, percent and days are shown as such.
FIGURES: dict[str, Any] = {
    "named_cap_fen": _("Limit of a card in the member's name"),
    "unnamed_cap_fen": _("Limit of a card in nobody's name"),
    "principal_expires": _("Principal may expire"),
    "unnamed_least_days": _("Least validity of a card in nobody's name, days"),
    "id_named_fen": _("Note an ID from this amount, cards in the member's name"),
    "id_unnamed_fen": _("Note an ID from this amount, cards in nobody's name"),
    "id_keep_years": _("Keep noted IDs, years"),
    "transfer_company_fen": _("Bank transfer only from this amount, companies"),
    "transfer_person_fen": _("Bank transfer only from this amount, persons"),
    "income_percent": _("Prepaid balance at most, percent of last year's income"),
    "deposit_scale_percent": _("Deposit of a large issuer, percent"),
    "deposit_group_percent": _("Deposit of a group, percent"),
    "deposit_brand_percent": _("Deposit of a brand, percent"),
    "filing_days": _("File within, days"),
    "records_years": _("Keep records, years"),
    "refund_days": _("Refund within, days"),
    "refund_cash_fen": _("Cash at most of what was not paid in cash"),
    "cooling_days": _("All principal back within, days"),
    "cooling_refund_days": _("Refund within the first week, days"),
    "report_day": _("Report each quarter by the day"),
    "closing_notice_days": _("Notice before closing, days"),
}
GROUP = _("Stored value")


@dataclass(frozen=True)
class Figure:
    """A figure of the law: what it is called, its value, who says so, and since when we know."""

    key: str
    value: Any
    source: str
    region: str
    as_of: str
    url: str = ""

    @property
    def label(self) -> Any:
        """What it is called."""
        return FIGURES[self.key]

    @property
    def shown(self) -> str:
        """The value as people write it."""
        if isinstance(self.value, bool):
            return api.gettext("yes") if self.value else api.gettext("no")
        if self.key.endswith("_fen"):
            return api.format_fen(self.value)
        return f"{self.value}%" if self.key.endswith("_percent") else str(self.value)


@cache
def packs() -> Mapping[str, Mapping[str, Any]]:
    """Return the packs that there are, by region."""
    files = sorted(FOLDER.glob("*.json"))
    told = [json.loads(file.read_text("utf-8")) for file in files]
    return {pack["region"]: pack for pack in told}


def _cities() -> Sequence[tuple[Any, Any]]:
    named = [(key, name_of(key)) for key in packs() if key != NATIONAL]
    return [("", _("Another city: national rules only")), *named]


def name_of(region: str) -> str:
    """Return a region's name in the reader's language."""
    names = packs()[region]["names"]
    return api.translate(names["zh_Hans_CN"], names)


LEGAL_FORM = api.Setting(
    "membership.legal_form",
    _("Legal form of the salon"),
    SOLE_TRADER,
    help=_("The limits of the prepaid-card rules bind a company; a sole trader is warned."),
    choices=((SOLE_TRADER, _("Sole trader")), (COMPANY, _("Company"))),
    group=GROUP,
    at_setup=True,
)
CITY = api.Setting(
    "membership.city",
    _("City"),
    "",
    help=_("Its own rules on prepaid cards come beside the national ones."),
    choices=_cities,
    group=GROUP,
    at_setup=True,
)
ISSUER = api.Setting(
    "membership.issuer",
    _("Kind of card issuer"),
    "none",
    help=_("Large: last year's income of ¥5,000,000 or more. It says how much deposit is kept."),
    choices=(
        ("none", _("None of these")),
        ("scale", _("Large")),
        ("group", _("Group")),
        ("brand", _("Brand")),
    ),
    group=GROUP,
)
INCOME = api.Setting(
    "membership.last_year_income_fen",
    _("Income of last year"),
    0,
    help=_("The prepaid balance should stay below it. ¥0.00: nobody is warned."),
    least=0,
    group=GROUP,
)


def has_own_pack() -> bool:
    """Tell whether there is a pack for the salon's city, or the national rules stand alone."""
    return CITY.get() in packs()


def figures() -> dict[str, Figure]:
    """Return the figures that hold here: the city's, and the national ones beside them."""
    found: dict[str, Figure] = {}
    for region in (NATIONAL, CITY.get()):
        pack = packs().get(region)
        if pack is None:
            continue
        for key, told in pack["figures"].items():
            source, url = told["source"], told.get("url", "")
            found[key] = Figure(key, told["value"], source, region, pack["as_of"], url)
    return found


def cap_fen(*, named: bool) -> int:
    """Return how much money one card may hold."""
    return int(figures()["named_cap_fen" if named else "unnamed_cap_fen"].value)


def caps_bind() -> bool:
    """Tell whether the limits bind, as they do a company; a sole trader is warned."""
    return LEGAL_FORM.get() == COMPANY


def deposit_percent() -> int:
    """Return which part of the last quarter's prepaid balance is kept as a deposit; 0 for none."""
    issuer = ISSUER.get()
    return 0 if issuer == "none" else int(figures()[f"deposit_{issuer}_percent"].value)
