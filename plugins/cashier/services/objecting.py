"""Objecting to what was taken: the member says so, and the manager answers. One way for all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.deductions import (
    ANSWER_OBJECTIONS,
    DAYS,
    Deduction,
    about_journal,
    cashier_find_deduction,
)
from plugins.cashier.models import OUTCOMES, Bill, Confirmation, Objection, Signature
from plugins.cashier.services.arrivals import arrival_behind, tell_arrival
from plugins.cashier.services.taken import deduction_of_journal, objectable
from plugins.ledger.api import Journal, fingerprint_of, heir_of
from plugins.membership.api import Member, MovementNote
from plugins.messages.api import MessageKind, send_message

ANSWERED = MessageKind(
    "cashier.answered",
    _("An answer to your objection"),
    _("%(name)s, about %(what)s: %(answer)s"),
)
HOME = "/console/cashier/objections/"


def find_deduction(about: str) -> Deduction | None:
    """Return what was taken, by its name; None when there is no such thing."""
    found: Deduction | None = api.first_answer(cashier_find_deduction, about=about)
    if found is not None:
        return found
    kind, _colon, number = about.partition(":")
    fits = kind == "journal" and number.isascii() and number.isdecimal() and len(number) < 18
    return deduction_of_journal(int(number)) if fits else None


def may_object(deduction: Deduction, known: Objection | None) -> bool:
    """Tell whether the member may still object to what was taken."""
    late = deduction.at + dt.timedelta(days=DAYS.get()) < api.now()
    return deduction.stands and known is None and not late


def objections_to(abouts: Iterable[str]) -> dict[str, Objection]:
    """Return the objections to some deductions, by what they are about."""
    rows = sa.select(Objection).where(Objection.about.in_(set(abouts)))
    return {one.about: one for one in api.db.session.scalars(rows)}


@api.unit
def object_to(about: str, member_id: int, text: str) -> Objection:
    """Write down what a member says against something that was taken; the manager has a to-do.

    What the books say of it then is kept beside it, with its hash. A second objection to the same
    thing returns the first.
    """
    deduction = find_deduction(about)
    if deduction is None or heir_of(deduction.member_id) != heir_of(member_id):
        raise api.NotFound(_("There is no such deduction."))
    member = api.db.session.get_one(Member, heir_of(member_id), with_for_update=True)
    known = objections_to([about]).get(about)
    if known is not None:
        return known
    if not may_object(deduction, None):
        raise api.Refused(_("The time to object to this is over. Please call us."))
    text = text.strip()[:500]
    if not text:
        raise api.Refused(_("Say what is wrong."))
    evidence = evidence_of(deduction)
    objection = Objection(about=about, title=dict(deduction.title), member_id=member.id)
    objection.store_id, objection.bill_id = deduction.store_id, deduction.bill_id
    objection.at, objection.text = api.now(), text
    objection.evidence, objection.digest = evidence, digest_of(evidence)
    api.db.session.add(objection)
    api.db.session.flush()
    api.notify(
        _("%(name)s objects to what was taken", name=member.name),
        text,
        url=f"{HOME}{objection.id}/answer",
        store_id=objection.store_id,
        permission=ANSWER_OBJECTIONS,
        todo=True,
        key=key_of(objection),
    )
    return objection


def evidence_of(deduction: Deduction) -> dict[str, Any]:
    """Return what the books say of something that was taken, as plain values."""
    bill = api.db.session.get(Bill, deduction.bill_id) if deduction.bill_id else None
    arrival = arrival_behind(bill, deduction.journal_id)
    return {
        "about": deduction.about,
        "at": deduction.at.isoformat(),
        "store_id": deduction.store_id,
        "amount": deduction.amount,
        "agreed_by": deduction.agreed_by,
        "device": deduction.device,
        "by": deduction.by,
        "people": list(deduction.people),
        "bill": bill.number if bill is not None else "",
        "lines": list(deduction.lines),
        "journal": deduction.journal_id,
        "journal_hash": fingerprint_of(deduction.journal_id) if deduction.journal_id else "",
        "signatures": signatures_for(deduction),
        "confirmations": confirmations_for(deduction),
        **({"arrival": tell_arrival(arrival)} if arrival is not None else {}),
        **deduction.facts,
    }


def signatures_for(deduction: Deduction) -> list[str]:
    """Return the fingerprints of what was signed for the bill of a deduction."""
    if not deduction.bill_id:
        return []
    wanted = sa.select(Signature.digest).where(Signature.purpose == f"bill:{deduction.bill_id}")
    return list(api.db.session.scalars(wanted.order_by(Signature.id)))


def confirmations_for(deduction: Deduction) -> list[str]:
    """Return the fingerprints of what she confirmed on her phone for the bill of a deduction."""
    wanted = sa.select(Confirmation.sign).where(
        Confirmation.bill_id == deduction.bill_id,
        Confirmation.settlement_id.is_not(None),
        Confirmation.state == "confirmed",
    )
    return list(api.db.session.scalars(wanted.order_by(Confirmation.id)))


def digest_of(evidence: Mapping[str, Any]) -> str:
    """Return the SHA-256 of kept evidence."""
    told = json.dumps(evidence, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def is_unchanged(objection: Objection) -> bool:
    """Tell whether the books still say what they said when she objected.

    Objections of earlier versions kept no evidence.
    """
    kept = objection.evidence
    if not kept and not objection.digest:
        return True
    if objection.digest != digest_of(kept):
        return False
    number = kept.get("journal")
    return not number or kept["journal_hash"] == fingerprint_of(number)


def key_of(objection: Objection) -> str:
    """Return the key of the to-do for an objection."""
    return f"cashier.objection:{objection.id}"


@api.unit
def answer_objection(objection_id: int, outcome: str, answer: str) -> Objection:
    """Answer an objection, once; the member is told in these words.

    "given_back" gives it back at once; it is refused where that needs a second person.
    """
    wanted = sa.select(Objection).where(Objection.id == objection_id).with_for_update()
    objection = api.db.session.scalar(wanted.execution_options(populate_existing=True))
    if objection is None:
        raise api.NotFound(_("There is no such objection."))
    if objection.answered_at is not None:
        raise api.Conflict(_("This objection was answered before."))
    answer = answer.strip()[:500]
    if outcome not in dict(OUTCOMES):
        raise api.Refused(_("Choose an outcome."))
    if not answer:
        raise api.Refused(_("Write what she will read."))
    if outcome == "given_back":
        _give_back(objection, answer)
    objection.outcome, objection.answer = outcome, answer
    objection.answered_at, objection.answered_by = api.now(), api.actor().name
    api.settle_notice(key_of(objection))
    facts = {"what": dict(objection.title), "answer": answer}
    key = f"cashier.answered:{objection.id}"
    url = page_of(objection.about)
    send_message(
        objection.member_id, ANSWERED, facts, url=url, key=key, store_id=objection.store_id
    )
    title = _("Answered an objection")
    api.record_audit(
        "cashier.objection_answered",
        objection,
        note=answer,
        store_id=objection.store_id,
        title=title,
    )
    return objection


def _give_back(objection: Objection, reason: str) -> None:
    deduction = find_deduction(objection.about)
    if deduction is None or not deduction.stands:
        return
    if deduction.give_back is None:
        raise api.Refused(_("Give it back by an adjustment, and answer that it was made good."))
    deduction.give_back(reason)


def page_of(about: str) -> str:
    """Return the page on her phone where she objects to something, or reads the answer."""
    return f"/cashier/object/{about.replace(':', '/')}"


def notes_on(member_id: int, journal_ids: Sequence[int]) -> Iterator[MovementNote]:
    """Yield where she objects to what journals took from her, and what became of it."""
    numbers = objectable(member_id, journal_ids)
    known = objections_to(about_journal(number) for number in numbers)
    for number, in_time in numbers.items():
        objection = known.get(about_journal(number))
        if objection is None and not in_time:
            continue
        words = api.gettext("Something is wrong")
        if objection is not None and objection.answered_at is not None:
            words = api.gettext("Answer: %(answer)s", answer=objection.answer)
        elif objection is not None:
            words = api.gettext("You objected; the store will answer.")
        yield MovementNote(number, words, page_of(about_journal(number)))


def notes_on_bill(bill: Bill) -> list[MovementNote]:
    """Return the notes on what a bill took from its member."""
    if bill.member_id is None:
        return []
    wanted = sa.select(Journal.id).where(Journal.ref == f"bill:{bill.id}")
    numbers = api.db.session.scalars(wanted.order_by(Journal.id)).all()
    notes = list(notes_on(bill.member_id, numbers))
    return notes if len(notes) < 2 else [_with_what(note) for note in notes]


def _with_what(note: MovementNote) -> MovementNote:
    """Say in a note what was taken, so that several on a receipt are told apart."""
    taken = find_deduction(about_journal(note.journal_id))
    if taken is None:
        return note
    amount = f"\N{MINUS SIGN}{taken.amount}" if taken.amount else ""
    what = f"{api.thaw(dict(taken.title))} {amount}".strip()
    return replace(note, text=f"{what}: {note.text}")


def lines_under_objection() -> frozenset[int]:
    """Return the bill lines to which a member objects and has no answer yet.

    Who reckons pay leaves them out until then.
    """
    open_ = sa.select(Objection.evidence).where(Objection.answered_at.is_(None))
    found: Sequence[Mapping[str, Any]] = api.db.session.scalars(open_).all()
    return frozenset(number for kept in found for number in kept.get("lines", ()))
