"""A technician's own page on her phone: who comes today and tomorrow, and what to know of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import render_template

from console import api
from console.api import _
from plugins.booking.admin.check_in import here_of
from plugins.booking.admin.feeds import address_of
from plugins.booking.forms import today_of
from plugins.booking.models import Claim, Item, Visit
from plugins.booking.permissions import SERVE_VISITS
from plugins.booking.permissions_attendance import CHECK_IN
from plugins.booking.services.feeds import make_feed
from plugins.booking.services.rating import latest_ratings, scores_of
from plugins.booking.services.rules import ANONYMOUS
from plugins.booking.services.showing import (
    LABELS,
    TONES,
    services_of,
    span_of,
    title_of,
    with_items,
)
from plugins.booking.services.turning import TURNS
from plugins.membership.api import SEE_MEMBERS, Member
from plugins.salon.api import Staff, staff_of

HOME = "/console/booking/mine/"
#: What she may say of a visit herself, and what the button reads.
ACTS = (
    ("arrive", _("She is here")),
    ("start", _("Begin service")),
    ("done", api.lazy_pgettext("visit", "Finish")),
)
UNSEEN = ("hold", "cancelled", "rejected")


class OwnDay(api.AdminView):
    """Today and tomorrow of whoever looks; no phone numbers."""

    title, noun = _("My day"), "mine"
    group, icon, order = "booking", "user-check", 5

    @api.page("/", needs=SERVE_VISITS)
    def index(self) -> Any:
        return api.render("booking/own_day.html", view=self, **_facts())

    @api.page("/visits", needs=SERVE_VISITS)
    def visits(self) -> Any:
        """Show the visits alone, for the page that fetches them anew."""
        return render_template("booking/_own_day.html", **_facts())

    @api.page("/calendar", needs=SERVE_VISITS, methods=("POST",))
    def make_calendar(self) -> Any:
        """Make a link to her own calendar and show it, this once."""
        person = _person()
        if person is None:
            raise api.Refused(_("Your sign-in belongs to no staff file."))
        address = address_of(make_feed(person.main_store_id, person.id))
        return api.render("booking/own_day.html", view=self, **_facts(), address=address)


def _person() -> Staff | None:
    return staff_of(api.actor().user_id)


def _facts() -> dict[str, Any]:
    person = _person()
    if person is None:
        return {"person": None, "days": []}
    today = today_of(person.main_store)
    days = [today, today + dt.timedelta(days=1)]
    visits = _visits(person.id, days)
    return {
        "person": person,
        "days": [(day, [visit for visit in visits if visit.day_on == day]) for day in days],
        "before": _last_visits(visits),
        "labels": LABELS,
        "tones": TONES,
        "span_of": span_of,
        "title_of": title_of,
        "services_of": services_of,
        "acts_of": _acts_of,
        "notes_of": _notes_of,
        "score": scores_of([person.id]).get(person.id),
        "said": [rating for rating in latest_ratings(person.id) if rating.words],
        "anonymous": ANONYMOUS.get(),
        "home": HOME,
        "checks_in": CHECK_IN.held(),
        "here": here_of(person),
    }


def _visits(staff_id: int, days: Sequence[dt.date]) -> list[Visit]:
    """Return whom somebody serves on some days, be it for a part of the visit."""
    helps = sa.select(Claim.visit_id).where(Claim.kind == "staff", Claim.resource_id == staff_id)
    leads = sa.select(Item.visit_id).where(Item.staff_id == staff_id)
    rows = sa.select(Visit).where(
        Visit.day_on.in_(days),
        Visit.status.not_in(UNSEEN),
        sa.or_(Visit.id.in_(helps), Visit.id.in_(leads)),
    )
    return with_items(rows.order_by(Visit.starts_at, Visit.id))


def _last_visits(visits: Sequence[Visit]) -> dict[int, Visit]:
    """Return the last visit that was done for each member who comes."""
    members = {visit.member_id for visit in visits if visit.member_id is not None}
    last = (
        sa.select(sa.func.max(Visit.id))
        .where(Visit.member_id.in_(members), Visit.status == "done")
        .group_by(Visit.member_id)
    )
    found = with_items(sa.select(Visit).where(Visit.id.in_(last)))
    return {visit.member_id: visit for visit in found if visit.member_id is not None}


def _notes_of(visit: Visit) -> str:
    """Return what stands in the file of who comes, for whoever may read it there."""
    if visit.member is None or not visit.member.notes:
        return ""
    seen: Member | None = api.find_record(Member, visit.member_id, SEE_MEMBERS)
    return seen.notes if seen is not None else ""


def _acts_of(visit: Visit) -> list[tuple[str, Any]]:
    """Return what she may say of a visit now."""
    if not SERVE_VISITS.held(visit.store_id):
        return []
    ahead = [act for act in ACTS if visit.status in TURNS[act[0]].before]
    return [act for act in ahead if visit.status != "no_show"][:1]
