"""What booking adds for phones and profiles: the way in, ratings on a visit, works of staff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from console import api
from console.api import _
from plugins.booking.models import TAGS, Rating, Visit
from plugins.booking.permissions import EDIT_WORKS, SEE_RATINGS
from plugins.booking.services.rating import rating_of
from plugins.membership.api import ExportPart
from plugins.salon.api import Staff


@api.hookimpl
def console_phone_tabs() -> Iterable[api.PhoneTab]:
    """Return the way to booking, from every page of hers."""
    yield api.PhoneTab(_("Book now"), "calendar-event", "/booking/", order=20)


@api.hookimpl
def console_record_panels(model: type[Any], record_id: int) -> Iterable[api.Panel]:
    """Show what a guest thought, on the page of her visit and of the rating."""
    if model is Visit:
        rating = rating_of(record_id)
    elif model is Rating:
        rating = api.db.session.get(Rating, record_id)
    else:
        return
    if rating is None or not SEE_RATINGS.held(rating.store_id):
        return
    labels = dict(TAGS)
    marks = [labels[key] for key in rating.chosen if key in labels]
    html = render_template("booking/_rating.html", rating=rating, marks=marks)
    yield api.Panel(_("Rating"), Markup(html), 5)  # noqa: S704 - a template escapes


@api.hookimpl
def console_record_actions(model: type[Any], record_id: int) -> Iterable[api.RecordAction]:
    """Lead from a staff file to the pictures of her works."""
    if model is Staff:
        page = f"/console/booking/works/{record_id}/"
        yield api.RecordAction(_("Works"), page, EDIT_WORKS, method="GET")


@api.hookimpl
def membership_member_erasing(member_id: int) -> None:
    """Forget what an erased member wrote; the stars stay, and say nothing of her."""
    for rating in api.db.session.scalars(_ratings_of(member_id)):
        rating.words = ""


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Return what a member said of her visits."""
    rows = [
        {"rated_at": rating.rated_at.isoformat(), "stars": rating.stars, "words": rating.words}
        for rating in api.db.session.scalars(_ratings_of(member_id))
    ]
    labels = {"rated_at": _("Rated at"), "stars": _("Stars"), "words": _("In her words")}
    yield ExportPart("ratings", _("Ratings"), rows, labels)


def _ratings_of(member_id: int) -> sa.Select[Rating]:
    visits = sa.select(Visit.id).where(Visit.member_id == member_id)
    return sa.select(Rating).where(Rating.visit_id.in_(visits)).order_by(Rating.id)
