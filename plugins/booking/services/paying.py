"""Bookings that a member sends from her phone, under the terms that other plugins set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Act, Visit, Wait
from plugins.booking.paying import (
    Asked,
    Note,
    Terms,
    booking_lead_guest,
    booking_phone_notes,
    booking_terms,
    booking_visit_sending,
)
from plugins.booking.services.booking import Facts, book
from plugins.booking.services.classes import class_of
from plugins.booking.services.planning import Wish
from plugins.booking.services.rules import CUT_OFF
from plugins.booking.services.sending import book_kept, lock_kept


def terms_of(
    store_id: int,
    member_id: int,
    starts_at: dt.datetime,
    wishes: Sequence[Wish],
    price_fen: int | None = None,
) -> list[Terms]:
    """Return what a member has to know, and may choose, before she books.

    *price_fen* is what it costs where that is not the list price, as in a class.
    """
    variants = [wish.variant_id for wish in wishes if wish.variant_id is not None]
    asked = Asked(store_id, member_id, starts_at, variants, price_fen)
    return [one for answer in api.answers(booking_terms, asked=asked) for one in answer]


@api.unit
def send_visit(key: str, *, note: str = "", form: Mapping[str, str]) -> Visit:
    """Make a booking of the time that a member kept under *key*; sent twice it is done once.

    Where other plugins ask for it the time is kept a while longer, until somebody submits it.
    Raises `Conflict` when the time was kept for too long.
    """
    visit = lock_kept(key)
    if visit is None:
        raise api.Conflict(_("The time was kept for too long. Please choose again."))
    return send_kept(visit, note, form)


@api.unit
def send_or_book(
    store_id: int,
    starts_at: dt.datetime,
    wishes: Sequence[Wish],
    *,
    key: str,
    member_id: int,
    note: str,
    form: Mapping[str, str],
) -> str | None:
    """Do what `send_visit` does; what was kept for too long is booked if it is still free.

    Returns the page where the member goes then, or None if the key is another's. Raises `Taken`
    (409) with the nearest free times, and `Refused`.
    """
    visit = lock_kept(key)
    if visit is None:
        facts = Facts(member_id=member_id, source="phone", keep=True)
        visit = book(store_id, starts_at, wishes, key=key_again(key), **facts)
    if visit.member_id != member_id:
        return None
    return next_page(send_kept(visit, note, form))


def key_again(key: str) -> str:
    """Return the key under which a time is booked that was kept under another for too long."""
    return f"{key}:again"


def send_kept(visit: Visit, note: str, form: Mapping[str, str], *, of_class: bool = False) -> Visit:
    """Make a booking of a locked visit, whatever way its time came to be kept for a member.

    Where other plugins ask for it the time is kept a while longer instead.
    """
    if visit.member_id is None or visit.status != "hold":
        return book_kept(visit, note, of_class=of_class)
    answers = api.answers(booking_visit_sending, visit_id=visit.id, form=form)
    asked = [each for each in answers if each is not None]
    if not asked:
        return book_kept(visit, note, of_class=of_class)
    if max(asked):
        visit.hold_until = api.now() + dt.timedelta(minutes=max(asked))
    visit.note = note.strip()[:500] or visit.note
    return visit


def next_page(visit: Visit) -> str:
    """Return where a member goes once she has sent a booking."""
    return paying_page(visit) or f"/booking/mine/{visit.id}"


def paying_page(visit: Visit) -> str:
    """Return where a member does what her time is kept for, such as to pay; nothing if nowhere."""
    return api.first_answer(booking_lead_guest, visit_id=visit.id) or ""


def kept_page(visit_id: int | None) -> str:
    """Return where a member finds a time that is kept for her; else the list of her bookings."""
    visit = api.db.session.get(Visit, visit_id or 0)
    if visit is None or visit.status != "hold":
        return "/booking/mine"
    wait = api.db.session.scalar(sa.select(Wait.id).where(Wait.visit_id == visit.id))
    if wait is not None:
        return f"/booking/waiting/{wait}"
    group = class_of(visit.id)
    return f"/booking/classes/{group.id}" if group is not None else "/booking/mine"


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
