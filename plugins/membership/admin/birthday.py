"""The part of the member form that takes a birthday, solar or lunar, with or without a year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console import api
from console.api import _
from plugins.membership.models import Member
from plugins.membership.services.birthdays import Birthday
from plugins.membership.services.filing import birthday_of, put_birthday

MONTHS, DAYS = ([(number, str(number)) for number in range(1, last + 1)] for last in (12, 31))


def _build() -> Mapping[str, Any]:
    return {
        "lunar": api.SwitchField(api.gettext("By the lunar calendar")),
        "leap": api.SwitchField(api.gettext("In a leap month")),
        "year": api.NumberField(api.gettext("Year"), description=api.gettext("May stay empty")),
        "month": _pick(api.gettext("Month"), MONTHS),
        "day": _pick(api.gettext("Day"), DAYS),
    }


def _pick(label: str, options: list[tuple[int, str]]) -> Any:
    return api.ChoiceField(label, options=options, nullable=True)


def _load(member: Member | None) -> Mapping[str, Any]:
    birthday = birthday_of(member) if member is not None else None
    if birthday is None:
        return {}
    return {
        "lunar": birthday.lunar,
        "year": birthday.year,
        "month": birthday.month,
        "day": birthday.day,
        "leap": birthday.leap,
    }


def _save(member: Member, entered: Mapping[str, Any]) -> None:
    month, day = entered["month"], entered["day"]
    if month is None and day is None:
        if entered["year"]:
            raise api.Refused(_("A birthday needs a month and a day."))
        put_birthday(member, None)
        return
    if month is None or day is None:
        raise api.Refused(_("A birthday needs a month and a day."))
    lunar = bool(entered["lunar"])
    leap = lunar and bool(entered["leap"])
    put_birthday(member, Birthday(month, day, entered["year"], lunar=lunar, leap=leap))


BIRTHDAY = api.FormSection(
    _("Birthday"), build=_build, load=_load, save=_save, columns=3, key="birthday"
)
