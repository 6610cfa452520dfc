"""The pages with a store's opening hours and special days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.salon.admin.records import reach
from plugins.salon.models import SpecialDay
from plugins.salon.models.stores import MIDNIGHT, WEEKDAYS
from plugins.salon.permissions import EDIT_STORES, SEE_STORES
from plugins.salon.services import hours

#: How many openings a weekday can have on the page, such as before and after a midday rest.
OPENINGS_A_DAY = 2


class HoursPages:
    """Pages of the store view: the week, and the days on which something else holds."""

    @api.page("/<int:number>/hours", needs=SEE_STORES)
    def hours(self, number: int) -> Any:
        return self._show_hours(reach(api.Store, number, SEE_STORES))

    @api.page("/<int:number>/hours", needs=EDIT_STORES, methods=("POST",))
    def save_hours(self, number: int) -> Any:
        store = reach(api.Store, number, EDIT_STORES)
        try:
            hours.put_week(store.id, _read_week())
        except api.Refused as refused:
            return self._show_hours(store, problem=refused)
        flash(api.gettext("Opening hours saved."), "success")
        return _back(store)

    @api.page("/<int:number>/special-days", needs=EDIT_STORES, methods=("POST",))
    def add_special_day(self, number: int) -> Any:
        store = reach(api.Store, number, EDIT_STORES)
        try:
            first, last = _read_day("first_on"), _read_day("last_on", "first_on")
            span = _read_special_span()
            hours.add_special_day(store.id, first, last, span, request.form.get("reason", "")[:80])
        except api.Refused as refused:
            return self._show_hours(store, problem=refused)
        flash(api.gettext("Special day added."), "success")
        return _back(store)

    @api.page("/<int:number>/special-days/<int:day>/drop", needs=EDIT_STORES, methods=("POST",))
    def drop_special_day(self, number: int, day: int) -> Response:
        store = reach(api.Store, number, EDIT_STORES)
        hours.drop_special_day(store.id, day)
        flash(api.gettext("The usual hours hold again."), "success")
        return _back(store)

    def _show_hours(self, store: api.Store, problem: api.Refused | None = None) -> Any:
        today = api.today(store.time_zone)
        week = hours.week_of(store.id)
        page = api.render(
            "salon/hours.html",
            view=self,
            store=store,
            rows=[_row(day, label, week.get(day, [])) for day, label in WEEKDAYS],
            special=[show_special(day) for day in hours.special_days(store.id, today)],
            problem=problem,
            entered=request.form,
            may_edit=EDIT_STORES.held(store.id),
        )
        return (page, problem.status) if problem else page


def _back(store: api.Store) -> Response:
    return redirect(f"/console/salon/stores/{store.id}/hours")


def _row(day: int, label: Any, spans: Sequence[hours.Span]) -> dict[str, Any]:
    """Return a weekday's line; what was typed and refused stands there again."""
    fields = []
    for place in range(OPENINGS_A_DAY):
        span = spans[place] if place < len(spans) else None
        names = (f"opens-{day}-{place}", f"closes-{day}-{place}")
        stored = [_clock(minutes) for minutes in span] if span else ["", ""]
        texts = [request.form.get(name, text) for name, text in zip(names, stored, strict=True)]
        fields.append({"names": names, "texts": texts})
    return {"label": label, "fields": fields, "words": hours.show_spans(spans)}


def _clock(minutes: int) -> str:
    """Write a time as the browser's field for times wants it, which knows no 24:00."""
    return hours.show_time(minutes % MIDNIGHT)


def _read_week() -> dict[int, list[hours.Span]]:
    week: dict[int, list[hours.Span]] = {}
    for day, label in WEEKDAYS:
        for place in range(OPENINGS_A_DAY):
            opens = request.form.get(f"opens-{day}-{place}", "").strip()
            closes = request.form.get(f"closes-{day}-{place}", "").strip()
            if not opens and not closes:
                continue
            try:
                week.setdefault(day, []).append(hours.read_span(opens, closes))
            except api.Refused as refused:
                problem = _("%(day)s: %(problem)s", day=label, problem=refused.message)
                raise api.Refused(problem) from None
    return week


def _read_special_span() -> hours.Span | None:
    opens, closes = (request.form.get(name, "").strip() for name in ("opens", "closes"))
    return hours.read_span(opens, closes) if opens or closes else None


def _read_day(*names: str) -> dt.date:
    text = next((t for name in names if (t := request.form.get(name, "").strip())), "")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise api.Refused(_("Enter a day such as 2026-02-17.")) from None


def show_special(day: SpecialDay) -> dict[str, Any]:
    """Return what a page says of a special day."""
    days = str(day.first_on)
    if day.last_on != day.first_on:
        days = f"{day.first_on} – {day.last_on}"  # noqa: RUF001
    closed = day.opens is None or day.closes is None
    spans = [] if closed else [(day.opens or 0, day.closes or 0)]
    return {"id": day.id, "days": days, "words": hours.show_spans(spans), "reason": day.reason}
