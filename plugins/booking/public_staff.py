"""Technicians as members see them: who they are, what they do, and when they are free."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Response, abort, request
from werkzeug.wrappers import Response as Answer

from console import api
from plugins.booking.models import Work
from plugins.booking.public_routes import (
    local_day,
    member_id,
    open_stores,
    routes,
    show,
    store_here,
)
from plugins.booking.services.offering import done_by, fee_of, next_free, percent_for
from plugins.booking.services.rating import marks_of, scores_of
from plugins.booking.services.showing import clock_of
from plugins.booking.services.works import shrink, works_of
from plugins.salon.api import Staff, minutes_of, working_staff, years_of

#: The longest side of a portrait and of a picture of a work, in pixels.
PORTRAIT, PICTURE = 320, 960
DAY = 86_400


@routes.get("/technicians", audience="anyone")
def show_technicians() -> Any:
    """Show who works in a store, with when each is next free."""
    store = store_here()
    people = [one for one in working_staff(store.id) if one.shown]
    ids = [person.id for person in people]
    today = api.today(store.time_zone)
    return show(
        "technicians",
        store=store,
        stores=open_stores(),
        people=people,
        years={person.id: years_of(person, today) for person in people},
        scores=scores_of(ids),
        free=next_free(store, ids),
        clock_of=clock_of,
        local_day=local_day,
    )


@routes.get("/technicians/<int:number>", audience="anyone")
def show_technician(number: int) -> Any:
    """Show one technician: what she does, how well, and the way to book with her."""
    person = _shown(number)
    store = _store_of(person)
    percent, score = percent_for(member_id()), scores_of([number]).get(number)
    return show(
        "technician",
        store=store,
        person=person,
        years=years_of(person, api.today(store.time_zone)),
        score=score,
        marks=marks_of(number) if score is not None and score.shown else [],
        works=works_of(number),
        free=next_free(store, [number]).get(number),
        services=done_by(number, store.id),
        fee_of=lambda service, variant: fee_of(service, variant, percent, person),
        minutes_of=minutes_of,
        clock_of=clock_of,
        local_day=local_day,
    )


@routes.get("/technicians/<int:number>/photo", audience="anyone")
def show_photo(number: int) -> Answer:
    """Show the portrait of a technician whom members see."""
    return _picture(_shown(number).photo, PORTRAIT)


@routes.get("/works/<int:number>", audience="anyone")
def show_work(number: int) -> Answer:
    """Show a picture of the work of a technician whom members see."""
    work = api.db.session.scalar(sa.select(Work).where(Work.id == number))
    if work is None:
        abort(404)
    _shown(work.staff_id)
    return _picture(work.file, PICTURE)


def _shown(number: int) -> Staff:
    person: Staff | None = api.db.session.get(Staff, number)
    if person is None or not person.shown or person.left_on is not None:
        abort(404)
    return person


def _store_of(person: Staff) -> api.Store:
    """Return the store that was chosen if she works there, else her main one."""
    store = store_here()
    works = {each.id for each in person.stores}
    return store if store.id in works else person.main_store


def _picture(file: api.StoredFile | None, side: int) -> Answer:
    if file is None or not file.size:
        abort(404)
    answer = Response(shrink(file, side), mimetype="image/jpeg")
    answer.headers["Cache-Control"] = f"public, max-age={DAY}"
    answer.set_etag(f"{file.sha256[:20]}-{side}")
    return answer.make_conditional(request)
