"""Changing a card: paying what is owing, extending, pausing, sharing, undoing its sale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import CardUse, Pause, Person
from plugins.cards.services.accounts import left_of, name_of, owing_of
from plugins.cards.services.days import running_pause, today_in
from plugins.cards.services.giving import was_given
from plugins.cards.services.growing import take_pass_back
from plugins.cards.services.offering import paid_sessions
from plugins.cards.services.telling import EXTENDED, PAUSED, RESUMED, RESUMED_OPEN, note, tell
from plugins.cards.services.using import BILL, lock_card, undo_alone
from plugins.ledger import api as ledger

#: A day beyond it is a slip of the pen.
FARTHEST = dt.timedelta(days=36_500)


@api.unit
def pay_owing(entry: ledger.Entry, card_id: int, tenders: Sequence[ledger.Tender]) -> int:
    """Take what a member owes for a card, or a part of it; return what is still owing."""
    card = lock_card(card_id)
    paid = sum(tender.amount_fen for tender in tenders)
    if card.owing_account_id is None or paid <= 0:
        raise api.Refused(_("Nothing is owing for this card."))
    owing = name_of(card.owing_account_id)
    moves = [ledger.Move(one.account, owing, one.amount_fen) for one in tenders]
    refs = [(one.ref, one.amount_fen) for one in tenders if one.ref]
    posted = ledger.post(entry, moves, payments=refs)
    if posted.fresh:
        note(card, "paid", fen=paid)
    return owing_of(card)


@api.unit
def owe_again(card_id: int, reason: str) -> None:
    """Note that a payment for a card was taken back; refused once it was used beyond what is paid.

    Whoever calls has put what is owing back into the books.
    """
    card = lock_card(card_id)
    owing = owing_of(card)
    if card.state not in ("active", "paused") or was_given(card.id):
        raise api.Refused(_("The card is no longer in use."))
    left = left_of(card.parts)
    if card.kind != "pass" and any(
        part.sessions - left[part.id].paid > paid_sessions(card, part, owing)
        for part in card.parts
        if part.id in left
    ):
        raise api.Refused(_("Sessions were used that this payment paid for. Undo their use first."))
    note(card, "unpaid", fen=owing, reason=reason)


@api.unit
def extend_card(card_id: int, until_on: dt.date, reason: str) -> None:
    """Let a card be valid for longer, and say why; the member is told."""
    reason = _reason(reason)
    card = lock_card(card_id)
    if card.state not in ("active", "paused"):
        raise api.Refused(_("The card is no longer in use."))
    if card.until_on is None or until_on <= card.until_on:
        raise api.Refused(_("Choose a day after the card's last one."))
    if until_on > today_in(card.store_id) + FARTHEST:
        raise api.Refused(_("This day is too far ahead."))
    before, card.until_on = card.until_on, until_on
    card.version += 1
    note(card, "extended", until=until_on.isoformat(), before=before.isoformat(), reason=reason)
    tell(card, EXTENDED, until=until_on.isoformat())
    api.record_audit(
        "cards.extended",
        card,
        before={"until_on": before.isoformat()},
        after={"until_on": until_on.isoformat()},
        note=reason,
        store_id=card.store_id,
        title=_("Extended a card"),
    )


@api.unit
def pause_card(card_id: int, reason: str) -> None:
    """Let a card rest from today on: nothing is used, and its last day will move."""
    reason = _reason(reason)
    card = lock_card(card_id)
    today = today_in(card.store_id)
    if card.state != "active":
        raise api.Refused(_("Only a card in use can be paused."))
    if card.until_on is not None and card.until_on < today:
        raise api.Refused(_("The card ended on %(day)s.", day=card.until_on))
    card.state = "paused"
    card.version += 1
    api.db.session.add(Pause(card_id=card.id, from_on=today, reason=reason))
    note(card, "paused", reason=reason)
    tell(card, PAUSED, reason=reason)
    api.record_audit(
        "cards.paused", card, note=reason, store_id=card.store_id, title=_("Paused a card")
    )


@api.unit
def resume_card(card_id: int) -> None:
    """Let a paused card count again; its last day moves by the days it rested."""
    card = lock_card(card_id)
    pause = running_pause(card.id)
    if card.state != "paused" or pause is None:
        raise api.Refused(_("The card is not paused."))
    today = today_in(card.store_id)
    pause.until_on = max(today, pause.from_on)
    if card.until_on is not None:
        card.until_on += pause.until_on - pause.from_on
    card.state = "active"
    card.version += 1
    until = card.until_on.isoformat() if card.until_on else "-"
    note(card, "resumed", until=until)
    if card.until_on is not None:
        tell(card, RESUMED, until=until)
    else:
        tell(card, RESUMED_OPEN)
    api.record_audit(
        "cards.resumed", card, store_id=card.store_id, title=_("Let a card count again")
    )


@api.unit
def share_card(card_id: int, name: str) -> Person:
    """Let somebody, by name, use a member's card as well."""
    name = name.strip()[:80]
    if not name:
        raise api.Refused(_("Enter a name."))
    card = lock_card(card_id)
    if not card.people_most:
        raise api.Refused(_("This card is for her alone."))
    if len(card.people) >= card.people_most:
        raise api.Refused(
            _("A card is shared with %(most)s people at most.", most=card.people_most)
        )
    if name in {person.name for person in card.people}:
        raise api.Refused(_("The card is shared with her already."))
    person = Person(card_id=card.id, name=name, added_at=api.now())
    card.people.append(person)
    api.db.session.flush()
    note(card, "shared", person=name)
    return person


@api.unit
def unshare_card(card_id: int, person_id: int) -> None:
    """Let somebody no longer use a member's card; nothing when she may not anyway."""
    card = lock_card(card_id)
    person = next((one for one in card.people if one.id == person_id), None)
    if person is not None:
        note(card, "unshared", person=person.name)
        card.people.remove(person)


@api.unit
def undo_sale(card_id: int, reason: str) -> None:
    """Undo the sale of a card on its own business day, while nothing of it was used.

    The money goes back to the accounts that it came from. The bill of a card that was sold on
    one is reopened with all that is on it, and made void when there is nothing else.
    """
    reason = _reason(reason)
    card = lock_card(card_id)
    if card.state == "void":
        return
    if card.source != "sale" or card.sold_on != today_in(card.store_id):
        raise api.Refused(_("Only a sale of today can be undone. Refund the card instead."))
    if card.bill_ref.startswith(BILL):
        undo_alone(int(card.bill_ref.removeprefix(BILL)), reason)
        return
    make_void(card_id, reason)
    if card.journal_id is not None:
        entry = ledger.Entry(
            key=f"undo:{card.key}", code="reverse", store_id=card.store_id, note=reason
        )
        ledger.reverse(entry, card.journal_id)


@api.unit
def make_void(card_id: int, reason: str) -> None:
    """Make a card void of which nothing was used; whoever calls gives the money back."""
    card = lock_card(card_id)
    used = sa.select(CardUse.id).where(CardUse.card_id == card.id, CardUse.undone_at.is_(None))
    if api.db.session.scalar(used.limit(1)) is not None:
        raise api.Refused(_("Sessions of this card were used. Refund it instead."))
    if was_given(card.id):
        raise api.Refused(_("This card was given to another member. Refund it instead."))
    if card.state != "active":
        raise api.Refused(_("The card is no longer in use."))
    card.state = "void"
    card.version += 1
    take_pass_back(card, f"cards.void:{card.id}")
    note(card, "void", reason=reason)
    api.record_audit(
        "cards.sale_undone", card, note=reason, store_id=card.store_id, title=_("Undid a card sale")
    )


def _reason(text: str) -> str:
    reason = text.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    return reason
