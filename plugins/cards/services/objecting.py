"""Objecting to a session that was taken: the member says so, and the manager answers."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import OUTCOMES, CardUse, Objection
from plugins.cards.permissions import ANSWER_OBJECTIONS
from plugins.cards.services.telling import ANSWERED, tell
from plugins.cards.services.using import lock_card, undo_use

DAYS = api.Setting(
    "cards.objection_days", _("Days within which a member may object to a session"), 30, least=1
)


def may_object(use: CardUse, known: Objection | None) -> bool:
    """Tell whether the member may still object to a session."""
    late = use.at + dt.timedelta(days=DAYS.get()) < api.now()
    return use.undone_at is None and known is None and not late


def objections_to(use_ids: list[int]) -> dict[int, Objection]:
    """Return the objections to some sessions, by session."""
    rows = sa.select(Objection).where(Objection.use_id.in_(use_ids))
    return {one.use_id: one for one in api.db.session.scalars(rows)}


@api.unit
def object_to(use_id: int, member_id: int, text: str) -> Objection:
    """Write down what a member says against a session; it is a to-do for the manager.

    A second objection to the same session returns the first.
    """
    use = api.db.session.get(CardUse, use_id)
    if use is None or use.member_id != member_id:
        raise api.NotFound(_("There is no such use."))
    lock_card(use.card_id)
    known = objections_to([use_id]).get(use_id)
    if known is not None:
        return known
    if not may_object(use, None):
        raise api.Refused(_("The time to object to this session is over. Please call us."))
    text = text.strip()[:500]
    if not text:
        raise api.Refused(_("Say what is wrong."))
    objection = Objection(
        use_id=use.id, member_id=member_id, store_id=use.store_id, at=api.now(), text=text
    )
    api.db.session.add(objection)
    api.db.session.flush()
    api.notify(
        _("%(name)s objects to a session", name=use.member.name),
        text,
        url=f"/console/cards/objections/{objection.id}/answer",
        store_id=use.store_id,
        permission=ANSWER_OBJECTIONS,
        todo=True,
        key=key_of(objection),
    )
    return objection


def key_of(objection: Objection) -> str:
    """Return the key of the to-do for an objection."""
    return f"cards.objection:{objection.id}"


@api.unit
def answer_objection(objection_id: int, outcome: str, answer: str) -> Objection:
    """Answer an objection, once; the member is told in these words.

    "given_back" undoes a session of today; one of another day is refunded on its bill first.
    """
    objection = api.db.session.get(Objection, objection_id)
    if objection is None:
        raise api.NotFound(_("There is no such objection."))
    card = lock_card(objection.use.card_id)
    api.db.session.refresh(objection)
    if objection.answered_at is not None:
        raise api.Conflict(_("This objection was answered before."))
    answer = answer.strip()[:500]
    if outcome not in dict(OUTCOMES):
        raise api.Refused(_("Choose an outcome."))
    if not answer:
        raise api.Refused(_("Write what she will read."))
    if outcome == "given_back":
        undo_use(objection.use_id, answer)
    objection.outcome, objection.answer = outcome, answer
    objection.answered_at, objection.answered_by = api.now(), api.actor().name
    api.settle_notice(key_of(objection))
    tell(card, ANSWERED, key=f"cards.answered:{objection.id}", answer=answer)
    api.record_audit(
        "cards.objection_answered",
        objection,
        note=answer,
        store_id=objection.store_id,
        title=_("Answered an objection"),
    )
    return objection
