"""The fields of a member that a spreadsheet may bring."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from console import api
from console.api import _
from plugins.membership.permissions import ADJUST_POINTS, ADJUST_VALUE, SET_LEVELS

#: Two to four Chinese characters: what most names are.
_SHORT_NAME = re.compile("[\u3400-\u9fff\u00b7]{2,4}")
_ADULT_BEFORE = 2012


def _like_phones(values: Sequence[api.ImportValue]) -> float:
    return 1.0 if values else 0.0


def _like_names(values: Sequence[api.ImportValue]) -> float:
    short = [value for value in values if isinstance(value, str) and _SHORT_NAME.fullmatch(value)]
    different = len(set(short)) / max(len(short), 1)
    return len(short) / max(len(values), 1) * (different > 0.8)


def _like_birthdays(values: Sequence[api.ImportValue]) -> float:
    years = [int(year[1]) for value in values if (year := re.search(r"(\d{4})-", str(value)))]
    return sum(year < _ADULT_BEFORE for year in years) / max(len(values), 1)


def _like_genders(values: Sequence[api.ImportValue]) -> float:
    return 1.0 if len(values) >= 5 else 0.0


def _below_zero(code: str, text: object) -> dict[str, api.ImportReason]:
    return {"negative": api.ImportReason(code, text)}


_NO_PHONE: Final = _("Save without phone")
_NO_BIRTHDAY: Final = _("Save without birthday")
_BIRTHDAY: Final = {
    "impossible": api.ImportReason(
        "impossible_birthday", _("There is no such birthday"), _NO_BIRTHDAY
    ),
    "unreadable": api.ImportReason(
        "unreadable_birthday", _("The birthday cannot be read"), _NO_BIRTHDAY
    ),
}
_NEGATIVE_BALANCE: Final = {
    "negative": api.ImportReason(
        "negative_balance", _("The balance is below zero"), _("Take in as owing")
    )
}

#: In the order in which a row with several faults names its reason.
FIELDS: Final = (
    api.ImportField(
        name="phone",
        label=_("Phone"),
        kind="phone",
        required=True,
        unique=True,
        looks_like=_like_phones,
        reasons={
            "missing": api.ImportReason("no_phone", _("No phone number"), _NO_PHONE),
            "too_short": api.ImportReason(
                "phone_too_short", _("The phone number is too short"), _NO_PHONE
            ),
            "too_long": api.ImportReason(
                "phone_too_long", _("The phone number is too long"), _NO_PHONE
            ),
            "unreadable": api.ImportReason(
                "phone_unreadable", _("The phone number cannot be read"), _NO_PHONE
            ),
        },
    ),
    api.ImportField(
        name="principal_fen",
        label=_("Principal"),
        kind="money",
        needs=ADJUST_VALUE,
        summed=True,
        reasons=_NEGATIVE_BALANCE,
    ),
    api.ImportField(
        name="bonus_fen",
        label=_("Bonus"),
        kind="money",
        needs=ADJUST_VALUE,
        summed=True,
        reasons=_NEGATIVE_BALANCE,
    ),
    api.ImportField(
        name="points",
        label=_("Points"),
        kind="count",
        needs=ADJUST_POINTS,
        summed=True,
        round_down=True,
        reasons=_below_zero("negative_points", _("The points are below zero")),
    ),
    api.ImportField(
        name="card_times",
        label=_("Sessions left"),
        kind="count",
        needs=ADJUST_VALUE,
        summed=True,
        reasons=_below_zero("negative_card_times", _("The sessions left are below zero")),
    ),
    api.ImportField(name="card_name", label=_("Session card"), longest=100),
    api.ImportField(
        name="birthday",
        label=_("Birthday"),
        kind="birthday",
        calendar="birthday_calendar",
        looks_like=_like_birthdays,
        reasons=_BIRTHDAY,
    ),
    api.ImportField(
        name="lunar_birthday",
        label=_("Lunar birthday"),
        kind="birthday",
        is_lunar=True,
        reasons=_BIRTHDAY,
    ),
    api.ImportField(
        name="birthday_calendar",
        label=_("Birthday by the lunar calendar"),
        kind="choice",
        strict=False,
    ),
    api.ImportField(name="name", label=_("Name"), longest=60, looks_like=_like_names),
    api.ImportField(
        name="gender",
        label=_("Gender"),
        kind="choice",
        strict=False,
        looks_like=_like_genders,
    ),
    api.ImportField(
        name="level", label=_("Level"), listed=True, strict=False, longest=60, needs=SET_LEVELS
    ),
    api.ImportField(name="store", label=_("Store"), listed=True, strict=False, longest=60),
    api.ImportField(name="joined_on", label=_("Joined on"), kind="date", strict=False),
    api.ImportField(name="number", label=_("Earlier number"), strict=False, longest=60),
    api.ImportField(name="tags", label=_("Tags"), kind="tags", strict=False),
    api.ImportField(
        name="consultant", label=_("Consultant"), listed=True, strict=False, longest=60
    ),
    api.ImportField(
        name="referrer_phone", label=_("Phone of the referrer"), kind="phone", strict=False
    ),
    api.ImportField(name="allergies", label=_("Allergies"), longest=500),
    api.ImportField(name="notes", label=_("Notes"), longest=10_000),
)

MEMBERS: Final = api.Import(
    name="members",
    title=_("Members"),
    fields=FIELDS,
    vocabulary=api.read_vocabulary("plugins.membership.importing", "synonyms.toml"),
)
