"""The pages on which people put segments together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, jsonify, redirect, request, url_for
from flask_admin.base import expose

from console.admin import filterbar
from console.admin.filters import BARE, LABELS, ListFilter
from console.admin.listing import Listing
from console.admin.lists import acting, conditions, segments
from console.admin.lists.conditions import ALL, ANY, BadConditions, Condition, Conditions, Group
from console.admin.lists.segments import EDIT_SEGMENTS, KnownSegment
from console.admin.lookups import known_labels
from console.admin.saying import say_done
from console.admin.shell import render
from console.admin.state import State
from console.db import db
from console.errors import NotFound, Refused
from console.i18n import gettext

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin


#: The pages that change segments; the others need what the list needs.
CHANGING = frozenset(
    {"segments_new", "segments_edit", "segments_save", "segments_delete", "segments_restore"}
)


class SegmentPages:
    """The addresses under which segments are looked at and changed; mixed into `ModelAdmin`."""

    @expose("/segments/")
    def segments_view(self: Any) -> str:
        """List the segments with what they ask for."""
        filters = segments.filters_of(self)
        found = [_describe(self, each, filters) for each in segments.segments_of(self.subject)]
        return render("console/segments.html", view=self.describe(), segments=found, **_urls(self))

    @expose("/segments/new/")
    def segments_new(self: Any) -> str:
        """Show the builder with the filters of the list from which one came."""
        state = State.read(request.args)
        filters = segments.filters_of(self)
        asked = [
            Condition(each.key, each.operation, (each.value,))
            for each in state.filters
            if each.key in filters
        ]
        return _builder(self, None, Conditions(ANY, (Group(ALL, tuple(asked)),)))

    @expose("/segments/<int:number>/")
    def segments_edit(self: Any, number: int) -> str:
        """Show the builder with what a segment asks for."""
        segment = _find(self, number)
        return _builder(self, segment, conditions.read(segment.conditions))

    @expose("/segments/count/", methods=("POST",))
    def segments_count(self: Any) -> Response:
        """Answer how many of the records that the person sees meet the conditions; capped."""
        asked = _checked(self, _told().get("conditions"))
        if isinstance(asked, Response):
            return asked
        listing = Listing(self, State(), self.needs["view"])
        listing.limit(conditions.where(asked, segments.filters_of(self)))
        return jsonify(ok=True, **acting.say_count(acting.count(listing)))

    @expose("/segments/save/", methods=("POST",))
    def segments_save(self: Any) -> Response:
        """Store what was put together."""
        _check_sees(self)
        told = _told()
        number = told.get("number")
        if number is not None:
            _find(self, number)
        asked = _checked(self, told.get("conditions"))
        if isinstance(asked, Response):
            return asked
        try:
            segments.save_segment(self.subject, str(told.get("name", "")), asked, number=number)
        except Refused as problem:
            return _refuse(problem)
        say_done(gettext("Saved."))
        return jsonify(ok=True, url=url_for(".segments_view"))

    @expose("/segments/<int:number>/delete/", methods=("POST",))
    def segments_delete(self: Any, number: int) -> Any:
        """Delete a segment; that can be undone."""
        _check_sees(self)
        segment = _find(self, number)
        segments.delete_segment(number)
        text = gettext("Deleted the segment “%(name)s”.", name=segment.label)
        undo = url_for(".segments_restore", number=number)
        say_done(text, undo)
        return redirect(url_for(".segments_view"))

    @expose("/segments/<int:number>/restore/", methods=("POST",))
    def segments_restore(self: Any, number: int) -> Any:
        """Bring a deleted segment back."""
        _check_sees(self)
        segments.restore_segment(self.subject, number)
        return redirect(url_for(".segments_view"))


def _check_sees(view: ModelAdmin) -> None:
    if not view.allows("segments_view"):
        abort(403)


def _find(view: ModelAdmin, number: object) -> KnownSegment:
    known = segments.segments_of(view.subject)
    found = next((each for each in known if each.id == number), None)
    return found if found is not None else abort(404)


def _told() -> dict[str, Any]:
    told = request.get_json(silent=True)
    return told if isinstance(told, dict) else abort(400)


def _checked(view: ModelAdmin, kept: object) -> Conditions | Response:
    """Read conditions, or make the answer that says which of them is wrong."""
    try:
        asked = conditions.read(kept)
        conditions.check(asked, segments.filters_of(view))
    except BadConditions as problem:
        return _refuse(problem, problem.place)
    return asked


def _refuse(problem: Refused, place: tuple[int, int] | None = None) -> Response:
    db.session.rollback()
    answer = jsonify(ok=False, error=str(problem), place=place)
    answer.status_code = 404 if isinstance(problem, NotFound) else 422
    return answer


def _builder(view: ModelAdmin, segment: KnownSegment | None, asked: Conditions) -> str:
    filters = segments.filters_of(view)
    listing = Listing(view, State(), view.needs["view"])
    listing.filters = filters
    kept = asked.keep()
    for group in kept["groups"]:
        for each in group["conditions"]:
            condition = Condition(each["key"], each["operation"], tuple(each["values"]))
            each["labels"] = _labels(view, condition, filters.get(each["key"]))
    return render(
        "console/segment.html",
        view=view.describe(),
        segment=segment,
        conditions=kept,
        filters=filterbar.available(listing),
        missing=segments.missing_of(view, segment) if segment else [],
        **_urls(view),
    )


def _urls(view: ModelAdmin) -> dict[str, Any]:
    base = f"{url_for(f'{view.endpoint}.index_view')}"
    place = f"{base}segments/"
    return {
        "may_edit": EDIT_SEGMENTS.held(),
        "urls": {
            "list": base,
            "segments": place,
            "new": f"{place}new/",
            "count": f"{place}count/",
            "save": f"{place}save/",
            "rows": f"{base}count/",
        },
    }


def _describe(
    view: ModelAdmin, segment: KnownSegment, filters: dict[str, ListFilter]
) -> dict[str, Any]:
    return {
        "id": segment.id,
        "label": segment.label,
        "words": write(view, conditions.read(segment.conditions), filters),
        "missing": segments.missing_of(view, segment),
    }


def write(view: ModelAdmin, asked: Conditions, filters: dict[str, ListFilter]) -> str:
    """Write conditions in words: `(Tags is VIP and Balance at least ¥100.00) or (…)`."""
    groups = []
    for group in asked.groups:
        words = [_write_one(view, each, filters.get(each.key)) for each in group.conditions]
        groups.append(_join(group.join, words))
    if len(groups) == 1:
        return groups[0]
    return _join(asked.join, [f"({group})" for group in groups])


def _join(join: str, parts: list[str]) -> str:
    return (gettext(" and ") if join == ALL else gettext(" or ")).join(parts)


def _write_one(view: ModelAdmin, condition: Condition, known: ListFilter | None) -> str:
    name = str(known.label) if known is not None else condition.key
    comparison = str(LABELS.get(condition.operation, condition.operation))
    if condition.operation in BARE:
        return f"{name} {comparison}"
    texts = gettext(", ").join(_labels(view, condition, known))
    return f"{name} {comparison} {texts}"


def _labels(view: ModelAdmin, condition: Condition, known: ListFilter | None) -> list[str]:
    """Return how the values of a condition are shown."""
    if known is None:
        return list(condition.values)
    if known.target is None:
        return [known.write(condition.operation, each) for each in condition.values]
    ids = {}
    for each in condition.values:
        try:
            ids[each] = known.read(each)
        except ValueError:
            continue
    labels = known_labels(known.target, list(ids.values()), view.needs["view"])
    return [labels.get(ids.get(each), each) for each in condition.values]
