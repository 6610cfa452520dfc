"""What guests thought of their visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import STARS, TAGS, Item, Rating, Visit
from plugins.booking.permissions import SEE_RATINGS, SEE_VISITS
from plugins.booking.services.showing import services_of, staff_of, with_items
from plugins.membership.api import Member
from plugins.salon.api import Staff


def _columns(ids: Sequence[int], tell: Callable[[Visit], str]) -> dict[int, str]:
    rows = sa.select(Rating.id, Rating.visit_id).where(Rating.id.in_(ids))
    of = dict(api.db.session.execute(rows).all())
    visits = with_items(sa.select(Visit).where(Visit.id.in_(of.values())))
    told = {visit.id: tell(visit) for visit in visits}
    return {number: told.get(visit_id, "") for number, visit_id in of.items()}


def _marks(ids: Sequence[int]) -> dict[int, str]:
    labels = dict(TAGS)
    rows = api.db.session.scalars(sa.select(Rating).where(Rating.id.in_(ids)))
    comma = api.gettext(", ")
    return {
        row.id: comma.join(str(labels[key]) for key in row.chosen if key in labels) for row in rows
    }


def _served_by(_operation: str, value: Any) -> sa.ColumnElement[bool]:
    return Rating.visit_id.in_(sa.select(Item.visit_id).where(Item.staff_id == value))


def _came(_operation: str, value: Any) -> sa.ColumnElement[bool]:
    return Rating.visit_id.in_(sa.select(Visit.id).where(Visit.member_id == value))


class RatingAdmin(api.ModelAdmin):
    """Every rating, the latest first."""

    subject, noun = Rating, "ratings"
    title, singular = _("Ratings"), _("rating")
    icon, group, order = "star", "booking", 60
    needs = {"view": SEE_RATINGS, "export": SEE_RATINGS}
    list_columns = (
        "rated_at",
        "stars",
        api.Column("marks", _("Marks"), load=_marks),
        "words",
        api.Column("guest", _("Guest"), load=lambda ids: _columns(ids, lambda v: v.guest_name)),
        api.Column("who", _("Technician"), load=lambda ids: _columns(ids, staff_of)),
        api.Column("what", _("Services"), load=lambda ids: _columns(ids, services_of)),
        "store_id",
    )
    default_sort = "-rated_at"
    filters = (
        api.Filter("at_least", _("Stars"), "choice", lambda _o, v: Rating.stars == int(v), STARS),
        api.Filter("staff", _("Technician"), "reference", _served_by, target=Staff),
        api.Filter("member", _("Member"), "reference", _came, target=Member),
        "store_id",
        "rated_at",
    )
    search = ("words",)
    details = ("stars", "words", "rated_at", "changed_at", "store_id", "visit_id")
    empty_hint = _("Members rate a visit on their phone once it is done.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        visit = f"/console/booking/visits/{record.visit_id}/"
        found = [api.RecordAction(_("Open booking"), visit, SEE_VISITS, "GET")]
        member_id = record.visit.member_id
        if member_id is not None and api.find_record(Member, member_id, SEE_RATINGS) is not None:
            file = f"/console/membership/members/{member_id}/"
            found.append(api.RecordAction(_("Open member file"), file, SEE_RATINGS, "GET"))
        return found
