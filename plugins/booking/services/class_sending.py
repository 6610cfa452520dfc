"""A place in a class that a member books on her phone, under the terms that other plugins set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import GroupClass, Seat, Visit
from plugins.booking.services.classes import take_place
from plugins.booking.services.guests import check_count, count_open
from plugins.booking.services.paying import key_again, send_kept
from plugins.booking.services.rules import HOLD
from plugins.booking.services.sending import lock_kept
from plugins.membership.api import active_name


@api.unit
def send_place(class_id: int, *, key: str, member_id: int, form: Mapping[str, str]) -> Visit:
    """Book a place for a member; a class counts among the open bookings that she may have.

    Where other plugins ask for it the place is only kept for her, until somebody submits the
    booking. Sent twice it is done once. Raises `Full` (409) and `Refused`.
    """
    sent = _sent(key, member_id)
    if sent is not None and sent.status != "hold":
        return sent
    kept = kept_place(class_id, member_id)
    if kept is None:
        kept = _keep(class_id, key if sent is None else key_again(key), member_id)
    visit = lock_kept(kept.key)
    if visit is None:
        raise api.Conflict(_("The time was kept for too long. Please choose again."))
    return send_kept(visit, "", form, of_class=True)


def kept_place(class_id: int, member_id: int) -> Visit | None:
    """Return the visit of a place that is kept for a member at this moment."""
    found: Visit | None = api.db.session.scalar(
        sa.select(Visit)
        .join(Seat, Seat.visit_id == Visit.id)
        .where(
            Seat.class_id == class_id,
            Seat.member_id == member_id,
            Visit.status == "hold",
            Visit.hold_until > api.now(),
        )
    )
    return found


def _keep(class_id: int, key: str, member_id: int) -> Visit:
    active_name(member_id, locked=True)
    store = sa.select(GroupClass.store_id).where(GroupClass.id == class_id)
    check_count(count_open(member_id), api.db.session.scalar(store))
    until = api.now() + dt.timedelta(minutes=HOLD.get())
    return take_place(class_id, key=key, member_id=member_id, source="phone", keep_until=until)


def _sent(key: str, member_id: int) -> Visit | None:
    """Return what became of a form with this key, the later of two."""
    rows = sa.select(Visit).where(
        Visit.key.in_((key, key_again(key))), Visit.member_id == member_id
    )
    found: Visit | None = api.db.session.scalar(rows.order_by(Visit.id.desc()).limit(1))
    return found
