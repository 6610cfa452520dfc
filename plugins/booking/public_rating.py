"""Rating a visit on a phone."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request

from console import api
from plugins.booking.forms import number_of, text_of
from plugins.booking.models import TAGS, Visit
from plugins.booking.public_routes import local_day, own, routes, show
from plugins.booking.services.rating import may_change, may_rate, rate_visit, rating_of
from plugins.booking.services.rules import ANONYMOUS
from plugins.booking.services.showing import services_of, staff_of


@routes.get("/mine/<int:number>/rate", audience="visitor")
def ask_rating(number: int) -> Any:
    """Ask how a visit was."""
    return _ask(own(number))


@routes.post("/mine/<int:number>/rate", audience="visitor")
def rate(number: int) -> Any:
    """Store what she thinks of a visit."""
    visit = own(number)
    try:
        rate_visit(
            visit.id,
            number_of("stars") or 0,
            tags=request.form.getlist("tag"),
            words=text_of("words"),
        )
    except api.Refused as refused:
        return _ask(own(number), refused)
    flash(api.gettext("Thank you for telling us."), "success")
    return redirect(f"/booking/mine/{number}")


def _ask(visit: Visit, problem: api.Refused | None = None) -> Any:
    rating = rating_of(visit.id)
    entered = problem is not None
    return show(
        "rate",
        problem,
        visit=visit,
        services=services_of(visit),
        staff=staff_of(visit),
        day=local_day(visit.starts_at, visit.store.time_zone),
        rating=rating,
        open=may_change(rating) if rating is not None else may_rate(visit),
        stars=(number_of("stars") or 0) if entered else rating.stars if rating else 0,
        chosen=request.form.getlist("tag") if entered else rating.chosen if rating else [],
        words=text_of("words") if entered else rating.words if rating else "",
        tags=TAGS,
        anonymous=ANONYMOUS.get(),
    )
