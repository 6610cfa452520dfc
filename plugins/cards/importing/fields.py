"""The fields of an old card that a spreadsheet may bring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from console import api
from console.api import _

_NO_END: Final = _("Save without an end")
_DAY: Final = {
    "impossible": api.ImportReason("impossible_end", _("There is no such last day"), _NO_END),
    "unreadable": api.ImportReason("unreadable_end", _("The last day cannot be read"), _NO_END),
    "before_sale": api.ImportReason(
        "end_before_sale", _("The card ends before the day on which it was bought")
    ),
    "over": api.ImportReason("over", _("The card is over already; it is kept"), remark=True),
}


def _like_phones(values: Sequence[api.ImportValue]) -> float:
    return 1.0 if values else 0.0


def _below_zero(code: str, text: object) -> dict[str, api.ImportReason]:
    return {"negative": api.ImportReason(code, text)}


#: In the order in which a row with several faults names its reason.
FIELDS: Final = (
    api.ImportField(
        name="phone",
        label=_("Phone"),
        kind="phone",
        looks_like=_like_phones,
        reasons={
            "missing": api.ImportReason("no_phone", _("No phone number")),
            "too_short": api.ImportReason("phone_too_short", _("The phone number is too short")),
            "too_long": api.ImportReason("phone_too_long", _("The phone number is too long")),
            "unreadable": api.ImportReason(
                "phone_unreadable", _("The phone number cannot be read")
            ),
            "nobody": api.ImportReason("nobody", _("No member has this phone or number")),
            "several": api.ImportReason("several", _("More than one member has this number")),
        },
    ),
    api.ImportField(name="number", label=_("Earlier number"), strict=False, longest=60),
    api.ImportField(
        name="card_name",
        label=_("Card"),
        required=True,
        listed=True,
        longest=80,
        reasons={
            "missing": api.ImportReason("no_card", _("No name of a card")),
            "taken": api.ImportReason(
                "taken", _("The same card was taken in before"), _("Take in as another card")
            ),
        },
    ),
    api.ImportField(
        name="left",
        label=_("Sessions left"),
        kind="count",
        summed=True,
        reasons={
            **_below_zero("negative_sessions", _("The sessions left are below zero")),
            "nothing": api.ImportReason("nothing_left", _("Nothing is left of the card")),
        },
    ),
    api.ImportField(
        name="free",
        label=_("Free sessions left"),
        kind="count",
        summed=True,
        reasons=_below_zero("negative_free", _("The free sessions left are below zero")),
    ),
    api.ImportField(
        name="unit_fen",
        label=_("Price of a session"),
        kind="money",
        reasons={
            **_below_zero("negative_price", _("The price of a session is below zero")),
            "none": api.ImportReason(
                "no_price", _("No price of a session"), _("Take in at a price of zero")
            ),
        },
    ),
    api.ImportField(
        name="value_fen",
        label=_("Paid ahead"),
        kind="money",
        summed=True,
        reasons={
            **_below_zero("negative_value", _("What was paid ahead is below zero")),
            "differs": api.ImportReason(
                "value_differs",
                _("Sessions times price is another amount than the sheet says; the price counts"),
                remark=True,
            ),
        },
    ),
    api.ImportField(
        name="original_fen",
        label=_("Price of the card"),
        kind="money",
        reasons=_below_zero("negative_card_price", _("The price of the card is below zero")),
    ),
    api.ImportField(
        name="bought",
        label=_("Sessions bought"),
        kind="count",
        reasons=_below_zero("negative_bought", _("The sessions bought are below zero")),
    ),
    api.ImportField(name="until_on", label=_("Valid until"), kind="date", reasons=_DAY),
    api.ImportField(
        name="sold_on",
        label=_("Bought on"),
        kind="date",
        reasons={
            "impossible": api.ImportReason(
                "impossible_sale",
                _("There is no such day of purchase"),
                _("Save with today as day of purchase"),
            ),
            "unreadable": api.ImportReason(
                "unreadable_sale",
                _("The day of purchase cannot be read"),
                _("Save with today as day of purchase"),
            ),
            "future": api.ImportReason("sold_later", _("The day of purchase is still to come")),
        },
    ),
    api.ImportField(
        name="name",
        label=_("Name"),
        strict=False,
        longest=60,
        reasons={
            "other": api.ImportReason(
                "other_name", _("The member has another name; her phone counts"), remark=True
            )
        },
    ),
)

CARDS: Final = api.Import(
    name="cards",
    title=_("Cards"),
    fields=FIELDS,
    vocabulary=api.read_vocabulary("plugins.cards.importing", "synonyms.toml"),
)
