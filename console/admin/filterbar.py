"""The filters above a list: those there are, and those that hold."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from flask import current_app, url_for

from console.admin import lookups
from console.admin.filters import BARE, LABELS, ListFilter
from console.admin.listing import Listing
from console.admin.state import Asked, State
from console.i18n import catalogue

#: Offers that are remembered, lest choices that change often fill the memory.
MOST_OFFERS = 200
#: Numbers of offers, none of which comes twice.
_numbers = count(1)


def available(listing: Listing) -> Sequence[dict[str, Any]]:
    """Return the filters that the reader may add, with their comparisons."""
    return offer(listing)[0]


def offer(listing: Listing) -> tuple[Sequence[dict[str, Any]], int]:
    """Return the filters that the reader may add, and the number of this offer.

    What there is to choose from may change at any time; the offer then has another number.
    """
    kept: dict[Any, tuple[Sequence[dict[str, Any]], int]]
    kept = current_app.extensions["console"].remember("filters", dict)
    asked = (
        *(listing.view.endpoint, catalogue()),
        *(
            (each.key, each.operations, tuple(_choices(each)) if callable(each.choices) else ())
            for each in listing.filters.values()
        ),
    )
    if asked not in kept:
        if len(kept) > MOST_OFFERS:
            kept.clear()
        described = [_describe(listing, each) for each in listing.filters.values()]
        kept[asked] = described, next(_numbers)
    return kept[asked]


def _describe(listing: Listing, each: ListFilter) -> dict[str, Any]:
    return {
        "key": each.key,
        "label": str(each.label),
        "type": each.editor,
        "operations": [
            {"key": key, "label": str(LABELS[key]), "bare": key in BARE} for key in each.operations
        ],
        "lookup_url": _lookup_url(listing, each),
        "choices": _choices(each),
    }


def _choices(each: ListFilter) -> list[tuple[Any, str]]:
    return [(value, str(label)) for value, label in each.options]


def _lookup_url(listing: Listing, each: ListFilter) -> str | None:
    if each.target is None:
        return None
    return url_for(f"{listing.view.endpoint}.ajax_lookup", name=each.key, use="filter")


def active(listing: Listing, state: State) -> list[dict[str, Any]]:
    """Return the filters of *state*, each with the address of the list without it."""
    base = url_for(f"{listing.view.endpoint}.index_view") if state.filters else ""
    return [
        {
            "key": asked.key,
            "op": asked.operation,
            "value": asked.value,
            "label": getattr(listing.filters.get(asked.key), "label", asked.key),
            "value_label": _value_label(listing, asked),
            "remove_url": state.without(asked).url(base),
        }
        for asked in state.filters
    ]


def _value_label(listing: Listing, asked: Asked) -> str:
    known = listing.filters.get(asked.key)
    if known is None:
        return asked.value
    if known.target is None:
        return known.write(asked.operation, asked.value)
    try:
        number = known.read(asked.value)
    except ValueError:
        return asked.value
    labels = lookups.known_labels(known.target, [number], listing.view.needs["view"])
    return labels.get(number, asked.value)
