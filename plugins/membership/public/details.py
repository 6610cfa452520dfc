"""What a member may say of herself: her name, her gender, and once her birthday."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request

from console import api
from console.api import _
from plugins.membership.models.members import GENDERS
from plugins.membership.public.card import member_here
from plugins.membership.public.routes import routes, show
from plugins.membership.services.birthdays import Birthday, show_birthday
from plugins.membership.services.filing import birthday_of
from plugins.membership.services.own_details import put_own_details

LONGEST_NAME = 40


@routes.get("/details", audience="visitor")
def show_details() -> Any:
    """Show what is kept of her, and what of it she may change."""
    return _page()


@routes.post("/details", audience="visitor")
def save_details() -> Any:
    """Keep what she changed."""
    try:
        put_own_details(
            api.visitor().id,
            name=request.form.get("name", "").strip()[:LONGEST_NAME],
            gender=request.form.get("gender") or None,
            birthday=_entered_birthday(),
        )
    except api.Refused as problem:
        return _page(problem)
    flash(api.gettext("Saved."), "success")
    return redirect("/membership/me")


def _page(problem: api.Refused | None = None) -> Any:
    member = member_here()
    birthday = birthday_of(member)
    return show(
        "details",
        problem,
        member=member,
        entered=request.form if problem else {"name": member.name, "gender": member.gender or ""},
        genders=[("", api.gettext("Rather not say")), *GENDERS],
        birthday=show_birthday(birthday) if birthday else "",
        months=[("", "-"), *((n, n) for n in range(1, 13))],
        days=[("", "-"), *((n, n) for n in range(1, 32))],
    )


def _entered_birthday() -> Birthday | None:
    month, day, year = (_number(key) for key in ("month", "day", "year"))
    if month is None and day is None and year is None:
        return None
    if month is None or day is None:
        raise api.Refused(_("A birthday needs a month and a day."))
    lunar = request.form.get("calendar") == "lunar"
    return Birthday(month, day, year, lunar=lunar, leap=lunar and "leap" in request.form)


def _number(key: str) -> int | None:
    text = request.form.get(key, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 4:
        raise api.Refused(_("A birthday is written in digits."))
    return int(text)
