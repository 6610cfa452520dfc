"""Shift templates: early, middle, late and off, as the salon names them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from wtforms import StringField
from wtforms.validators import Length

from console import api
from console.api import _
from plugins.booking.models import Template
from plugins.booking.permissions import EDIT_ROSTER, SEE_ROSTER
from plugins.booking.services.rosters import LATEST, MIDNIGHT, Span
from plugins.booking.services.rosters_telling import show_span
from plugins.salon.api import read_time, show_time

APART = re.compile(r"[,\uff0c;\uff1b\u3001\n]+")
TO = re.compile(r"[-\u2013\u2014~\uff5e]")


def _hours(ids: Sequence[int]) -> Mapping[int, str]:
    found = api.db.session.scalars(sa.select(Template).where(Template.id.in_(ids)))
    return {one.id: show_span(one.span) if one.span else "" for one in found}


def _breaks(ids: Sequence[int]) -> Mapping[int, str]:
    found = api.db.session.scalars(sa.select(Template).where(Template.id.in_(ids)))
    return {one.id: api.gettext(", ").join(show_span(rest) for rest in one.rests) for one in found}


def _fields() -> Mapping[str, Any]:
    return {
        "begins": StringField(
            api.gettext("Begins"),
            [Length(max=5)],
            description=api.gettext("Such as 10:00; empty for a day off."),
        ),
        "ends": StringField(
            api.gettext("Ends"),
            [Length(max=5)],
            description=api.gettext("One that ends before it begins ends on the next day."),
        ),
        "breaks": StringField(
            api.gettext("Breaks"),
            [Length(max=80)],
            description=api.gettext("Such as 12:30-13:00, 17:30-18:00."),
        ),
    }


def _load(template: Template | None) -> Mapping[str, Any]:
    if template is None or template.span is None:
        return {}
    rests = ", ".join(f"{show_time(a)}-{show_time(b)}" for a, b in template.rests)
    first, last = template.span
    return {"begins": show_time(first), "ends": show_time(last), "breaks": rests}


def _save(template: Template, entered: Mapping[str, Any]) -> None:
    begins, ends = (entered[key] or "" for key in ("begins", "ends"))
    template.begins, template.ends, template.breaks = None, None, {}
    if bool(begins) != bool(ends):
        raise api.Refused(_("Enter both beginning and end, or neither for a day off."))
    if begins:
        span = read_hours(begins, ends)
        rests = read_breaks(entered["breaks"] or "", span)
        template.begins, template.ends = span
        template.breaks = {"spans": [list(rest) for rest in rests]} if rests else {}
    _check_sign(template)


def read_hours(begins: str, ends: str) -> Span:
    """Read from when to when a shift lasts; raises `Refused`."""
    first, last = read_time(begins), read_time(ends)
    if last <= first:
        last += MIDNIGHT
    if first >= MIDNIGHT or last > LATEST:
        raise api.Refused(_("A shift begins on its day and ends until 12:00 on the next."))
    return first, last


def read_breaks(text: str, span: Span) -> list[Span]:
    """Read breaks such as 12:30-13:00; those after midnight belong to the next day."""
    found = []
    for part in filter(None, (each.strip() for each in APART.split(text))):
        ends = TO.split(part)
        if len(ends) != 2:
            raise api.Refused(_("Enter breaks such as 12:30-13:00."))
        first, last = read_time(ends[0]), read_time(ends[1])
        if first < span[0]:
            first, last = first + MIDNIGHT, last + MIDNIGHT
        if not span[0] <= first < last <= span[1]:
            raise api.Refused(_("A break lies within the shift."))
        found.append((first, last))
    return sorted(found)


def _check_sign(template: Template) -> None:
    """Refuse a sign that stands for another shift already: typing it must mean one."""
    template.sign = (template.sign or "").strip()
    if not template.sign:
        return
    with api.db.session.no_autoflush:
        same = sa.select(Template.id).where(
            sa.func.lower(Template.sign) == template.sign.lower(),
            Template.id != (template.id or 0),
            Template.in_use,
        )
        if template.in_use and api.db.session.scalar(same.limit(1)) is not None:
            raise api.Refused(_("Another shift has this sign already."))


class TemplateAdmin(api.ModelAdmin):
    """The usual shifts, as they are set in the roster by a key or a click."""

    subject, noun = Template, "shift-templates"
    title, singular = _("Shift templates"), _("shift template")
    icon, group = "clock", None
    needs = {"view": SEE_ROSTER, "create": EDIT_ROSTER, "edit": EDIT_ROSTER, "delete": EDIT_ROSTER}
    list_columns = (
        "name",
        "sign",
        "colour",
        api.Column("hours", _("Hours"), load=_hours),
        api.Column("rests", _("Breaks"), load=_breaks),
        "store_id",
        "in_use",
    )
    default_sort = "name"
    filters = ("store_id", "in_use")
    search = ("name",)
    form = (
        api.FormSection(_("Shift"), ("name", "names", "sign", "colour")),
        api.FormSection(_("Hours"), build=_fields, load=_load, save=_save, key="hours"),
        api.FormSection(_("Where it is used"), ("store_id", "place", "in_use")),
    )
    inline_edit = ("in_use",)
    empty_hint = _("Add early, middle, late and off; each with a letter to type in the roster.")
    page_actions = (
        {
            "label": _("Roster"),
            "icon": "calendar",
            "url": "/console/booking/roster/",
            "needs": SEE_ROSTER,
        },
    )
