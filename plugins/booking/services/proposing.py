"""Another time for a booking, which the guest takes or declines on her phone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Proposal, Visit
from plugins.booking.permissions import REVIEW_VISITS
from plugins.booking.services.acts import act_known, lock_visit, note_act
from plugins.booking.services.booking import change_visit, wishes_of
from plugins.booking.services.turning import turn_visit

#: So long she may think about it, and never longer than until so shortly before.
PATIENCE = dt.timedelta(hours=24)
BEFORE = dt.timedelta(hours=1)


@api.unit
def propose_time(
    visit_id: int,
    starts_at: dt.datetime,
    *,
    key: str,
    staff_id: int | None = None,
    note: str = "",
) -> Visit:
    """Keep another time for a booking and ask its member whether she takes it.

    The visit moves there and awaits her answer; what it had before is free. With *staff_id*
    that technician serves, else whoever did, or anybody. Raises `Taken` with other times.
    """
    visit = lock_visit(visit_id)
    if act_known(key, visit_id):
        return visit
    if visit.member_id is None:
        raise api.Refused(_("This guest has no phone page. Call her and change the booking."))
    if visit.status not in ("pending", "confirmed"):
        raise api.Conflict(_("This booking can no longer be changed."))
    if starts_at <= api.now():
        raise api.Refused(_("This time has passed."))
    was_at = visit.starts_at
    wishes = wishes_of(visit)
    if staff_id is not None:
        wishes = [replace(wish, staff_id=staff_id) for wish in wishes]
    until = max(min(api.now() + PATIENCE, starts_at - BEFORE), api.now() + dt.timedelta(minutes=10))
    proposal = Proposal(
        visit_id=visit_id,
        was_at=was_at,
        starts_at=starts_at,
        note=note.strip()[:200],
        made_at=api.now(),
        made_by=api.actor().user_id,
        until=min(until, starts_at),
    )
    for old in _unanswered(visit_id):
        api.db.session.delete(old)
    api.db.session.add(proposal)
    change_visit(visit_id, starts_at, wishes, key=f"{key}:move")
    # Her answer is what it waits for, also where it was accepted before.
    visit.status = "pending"
    note_act(visit_id, "propose", key, {"was_at": was_at.isoformat()})
    api.settle_notice(f"booking.review:{visit_id}")
    return visit


@api.unit
def answer_proposal(visit_id: int, *, accepted: bool) -> Visit:
    """Take the proposed time, or give up the booking; the same answer twice is given once.

    Raises `Conflict` when no proposal is open any more.
    """
    visit = lock_visit(visit_id)
    answer = "accepted" if accepted else "declined"
    proposal = open_proposal(visit_id)
    if proposal is None:
        if last_answer(visit_id) == answer:
            return visit
        raise api.Conflict(_("This proposal is no longer open."))
    if proposal.until <= api.now():
        raise api.Conflict(_("It is too late to answer. Please call the store."))
    _close(proposal, answer)
    turn_visit(visit_id, "confirm" if accepted else "cancel")
    taken = _("%(name)s takes the proposed time", name=visit.guest_name)
    given_up = _("%(name)s declined the proposed time", name=visit.guest_name)
    _ring(visit, taken if accepted else given_up)
    return visit


def open_proposal(visit_id: int) -> Proposal | None:
    """Return the proposal that the guest of a visit has not answered yet."""
    found: Proposal | None = api.db.session.scalar(
        sa.select(Proposal)
        .join(Visit, Visit.id == Proposal.visit_id)
        .where(Proposal.visit_id == visit_id, *_is_open())
    )
    return found


def visits_proposed(store_id: int | None = None) -> sa.Select[int]:
    """Return the query of the visits that wait for their guest's answer, not for the store."""
    found = sa.select(Proposal.visit_id).join(Visit, Visit.id == Proposal.visit_id)
    found = found.where(*_is_open())
    return found if store_id is None else found.where(Visit.store_id == store_id)


def last_answer(visit_id: int) -> str | None:
    """Return how the last proposal for a visit was answered."""
    rows = sa.select(Proposal.answer).where(Proposal.visit_id == visit_id)
    found: str | None = api.db.session.scalar(rows.order_by(Proposal.id.desc()).limit(1))
    return found


@api.unit
def lapse_proposals() -> None:
    """Cancel what nobody answered in time, and tell the front desk; may be repeated."""
    due = (
        sa.select(Proposal)
        .join(Visit, Visit.id == Proposal.visit_id)
        .where(*_is_open(), Proposal.until <= api.now())
    )
    for proposal in api.db.session.scalars(due.order_by(Proposal.id)).all():
        visit = lock_visit(proposal.visit_id)
        _close(proposal, "lapsed")
        reason = api.gettext("The proposed time was not answered.")
        turn_visit(visit.id, "cancel", reason=reason)
        _ring(visit, _("%(name)s did not answer the proposed time", name=visit.guest_name))


def _is_open() -> tuple[sa.ColumnElement[bool], ...]:
    """Return what holds while the guest may answer: nobody has changed the visit since."""
    same = Proposal.starts_at == Visit.starts_at
    return Proposal.answer.is_(None), Visit.status == "pending", same


def _unanswered(visit_id: int) -> list[Proposal]:
    rows = sa.select(Proposal).where(Proposal.visit_id == visit_id, Proposal.answer.is_(None))
    return list(api.db.session.scalars(rows))


def _close(proposal: Proposal, answer: str) -> None:
    proposal.answer, proposal.answered_at = answer, api.now()
    api.db.session.flush()


def _ring(visit: Visit, title: object) -> None:
    api.notify(
        title,
        f"{visit.day_on} · {visit.store.name}",
        url=f"/console/booking/visits/{visit.id}/",
        store_id=visit.store_id,
        permission=REVIEW_VISITS,
    )
