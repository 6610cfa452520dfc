"""Bookings that a member sends from her phone, under the terms that other plugins set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Act, Visit
from plugins.booking.paying import (
    Asked,
    Note,
    Terms,
    booking_lead_guest,
    booking_phone_notes,
    booking_terms,
    booking_visit_sending,
)
from plugins.booking.services.booking import submit
from plugins.booking.services.planning import Wish
from plugins.booking.services.rules import CUT_OFF


def terms_of(
    store_id: int,
    member_id: int,
    starts_at: dt.datetime,
    wishes: Sequence[Wish],
    *,
    brief: bool = False,
) -> list[Terms]:
    """Return what a member has to know, and may choose, before she books."""
    variants = [wish.variant_id for wish in wishes if wish.variant_id is not None]
    asked = Asked(store_id, member_id, starts_at, variants, brief)
    return [one for answer in api.answers(booking_terms, asked=asked) for one in answer]


@api.unit
def send_visit(key: str, *, note: str = "", form: Mapping[str, str]) -> Visit:
    """Make a booking of the time that a member kept under *key*; sent twice it is done once.

    Where the terms ask for it the time is kept a while longer, until somebody submits it.
    Raises `Conflict` when the time was kept for too long.
    """
    visit = api.db.session.scalar(sa.select(Visit).where(Visit.key == key).with_for_update())
    if visit is None or visit.member_id is None or visit.status != "hold":
        return submit(key, note=note)
    wishes = [Wish(item.variant_id) for item in visit.items]
    terms = terms_of(visit.store_id, visit.member_id, visit.starts_at, wishes, brief=True)
    minutes = max((one.keep_minutes for one in terms), default=0)
    if not minutes:
        visit = submit(key, note=note)
    elif visit.hold_until is not None and visit.hold_until <= api.now():
        raise api.Conflict(_("The time was kept for too long. Please choose again."))
    else:
        visit.hold_until = api.now() + dt.timedelta(minutes=minutes)
        visit.note = note.strip()[:500] or visit.note
    api.answers(booking_visit_sending, visit_id=visit.id, form=form)
    return visit


def next_page(visit: Visit) -> str:
    """Return where a member goes once she has sent a booking."""
    return api.first_answer(booking_lead_guest, visit_id=visit.id) or f"/booking/mine/{visit.id}"


def notes_of(visit: Visit) -> list[Note]:
    """Return what else a member should see on the page of her booking."""
    return [one for answer in api.answers(booking_phone_notes, visit_id=visit.id) for one in answer]


def free_until(starts_at: dt.datetime, store_id: int) -> dt.datetime:
    """Return until when a member may change and cancel a visit that begins then."""
    return starts_at - dt.timedelta(minutes=CUT_OFF.get(store_id))


def extensions_of(visit_id: int) -> list[int]:
    """Return by how many minutes a visit was extended, each time."""
    acts = sa.select(Act).where(Act.visit_id == visit_id, Act.act == "extend").order_by(Act.id)
    return [int(act.facts.get("minutes", 0)) for act in api.db.session.scalars(acts)]
