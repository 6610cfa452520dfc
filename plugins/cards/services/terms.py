"""The terms of a card in words: the same on her phone, on the screen and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from console import api
from plugins.cashier.api import say_each_use, say_law, say_parties


def say_terms(facts: Mapping[str, Any], buyer: str = "") -> list[tuple[str, str]]:
    """Say frozen terms in the reader's language, as pairs of label and text."""
    return [
        *say_parties(facts, buyer),
        (api.gettext("Card"), api.translate(facts["card"], facts["names"])),
        (api.gettext("Sold on"), facts["sold_on"]),
        (api.gettext("Price"), _price(facts)),
        (api.gettext("Contents"), "\n".join(_contents(facts))),
        (api.gettext("Valid"), _validity(facts)),
        (api.gettext("Stores"), " · ".join(facts["stores"]) or api.gettext("All stores")),
        (api.gettext("Who may use it"), _people(facts)),
        *_rules(facts),
        *say_law(facts.get("law", {})),
    ]


def _price(facts: Mapping[str, Any]) -> str:
    price = api.format_fen(facts["price_fen"])
    if facts["list_fen"] <= facts["price_fen"]:
        return price
    return f"{price} ({api.gettext('List price')} {api.format_fen(facts['list_fen'])})"


def _contents(facts: Mapping[str, Any]) -> Iterator[str]:
    for item in facts["items"]:
        words = api.translate(item["name"], item["names"])
        if item["sessions"]:
            count = item["sessions"]
            words += ": " + api.ngettext("%(num)s session", "%(num)s sessions", count)
            if item["free"]:
                free = item["free"]
                words += ", " + api.ngettext("%(num)s free session", "%(num)s free sessions", free)
            words += "; " + api.gettext(
                "%(price)s a session, list price %(list)s",
                price=api.format_fen(item["deal_fen"]),
                list=api.format_fen(item["list_fen"]),
            )
        if len(item["services"]) > 1:
            names = (api.translate(one["name"], one["names"]) for one in item["services"])
            words += f" ({' · '.join(names)})"
        yield words


def _validity(facts: Mapping[str, Any]) -> str:
    if not facts["valid_days"]:
        words = api.gettext("without an end")
    else:
        days = api.ngettext("for %(num)s day", "for %(num)s days", facts["valid_days"])
        on_sale, on_use = api.gettext("from the day of the sale"), api.gettext("from the first use")
        words = f"{days}, {on_sale if facts['starts'] == 'sale' else on_use}"
    if facts["per_week"]:
        week = facts["per_week"]
        words += "; " + api.ngettext("%(num)s session a week", "%(num)s sessions a week", week)
    return words


def _people(facts: Mapping[str, Any]) -> str:
    if not facts["people_most"]:
        return api.gettext("she herself")
    return api.ngettext(
        "she and %(num)s person whom she names",
        "she and %(num)s people whom she names",
        facts["people_most"],
    )


def _rules(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield say_each_use()
    yield api.gettext("Giving it back"), _giving_back(facts)
    yield (
        api.gettext("Pause and extension"),
        api.gettext(
            "In pregnancy, illness or while the shop is closed the card rests; its last day moves "
            "by as many days."
        ),
    )
    yield (
        api.gettext("Money paid ahead"),
        api.gettext(
            "Is booked as unearned revenue of this card and becomes revenue only as the card is "
            "used."
        ),
    )
    if facts["rules"]:
        yield api.gettext("Introduction and rules"), facts["rules"]


def _giving_back(facts: Mapping[str, Any]) -> str:
    if facts.get("law") and facts["kind"] == "pass":
        return api.gettext(
            "Within seven days of the sale and unused: the whole price. Later: the part of the "
            "price for the days that are left of it; the sheet shows each step."
        )
    return api.gettext(
        "Within seven days of the sale and unused: the whole price. Later: what was not used, "
        "reckoned as the law says; the sheet shows each step. When the shop is the cause, used "
        "sessions count at their price in the card; when she is, at list price. Free sessions "
        "that were used are not charged."
    )
