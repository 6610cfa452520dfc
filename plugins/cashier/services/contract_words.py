"""What every contract of something paid ahead says, whatever it is: who, how, and the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from console import api


def say_parties(facts: Mapping[str, Any], buyer: str = "") -> list[tuple[str, str]]:
    """Say who sells and who buys; the buyer's name is not among the facts."""
    return [
        (
            api.gettext("Store that sells"),
            " · ".join(word for word in (facts["seller"], facts.get("contact")) if word),
        ),
        (
            api.gettext("Buyer"),
            " · ".join(word for word in (buyer, facts["member_number"]) if word),
        ),
    ]


def say_each_use() -> tuple[str, str]:
    """Say how she agrees to each use."""
    return (
        api.gettext("Each use"),
        api.gettext(
            "Needs the member code, PIN, SMS code or signature; the member is told at once and "
            "can object on her phone."
        ),
    )


def say_law(figures: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Say what a contract has to name besides; nothing for one of before it was frozen."""
    if not figures:
        return
    days = [api.gettext("Money goes back within %(days)s days.", days=figures["refund_days"])]
    if "cooling_refund_days" in figures:
        first = api.gettext(
            "Unused and asked for in the first week: within %(days)s days.",
            days=figures["cooling_refund_days"],
        )
        days.append(first)
    yield api.gettext("When money goes back"), " ".join(days)
    yield (
        api.gettext("What is left, and records"),
        api.gettext(
            "She sees what is left and every use on her phone or at the counter at any time; the "
            "shop keeps the records for %(years)s years.",
            years=figures["records_years"],
        ),
    )
    yield (
        api.gettext("Giving it away, losing it"),
        api.gettext(
            "It may go to another member, whole. A lost card is stopped at once and gets a new "
            "number; what is left stays hers."
        ),
    )
    yield api.gettext("When the shop is the cause"), _when_shop(figures)
    yield (
        api.gettext("Disputes"),
        api.gettext(
            "First with the shop; then by the consumer line 12315, mediation or a court. The shop "
            "shows this contract and the records of use."
        ),
    )


def _when_shop(figures: Mapping[str, int]) -> str:
    words = api.gettext(
        "If it closes, moves inconveniently or does not serve as promised, what is left goes back "
        "with interest."
    )
    if "closing_notice_days" not in figures:
        return words
    notice = api.gettext(
        "She hears of it %(days)s days before.", days=figures["closing_notice_days"]
    )
    return f"{words} {notice}"
