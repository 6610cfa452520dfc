"""What members are told about their cards, and the lines of each card's history."""

from __future__ import annotations

import datetime as dt
from typing import Any

from console import api
from console.api import _
from plugins.cards.models import Card, CardUse, Change
from plugins.cards.services.accounts import Left, left_of
from plugins.messages.api import MessageKind, send_message

MINE = "/cards/mine"
TRANSFERS = "/cards/transfers"
SOLD = MessageKind(
    "cards.sold",
    _("Your new card"),
    _("%(name)s, you have a new card from %(store)s: %(card)s. Left: %(left)s."),
)
PASS_SOLD = MessageKind(
    "cards.sold",
    _("Your new card"),
    _("%(name)s, you have a new card from %(store)s: %(card)s."),
)
USED = MessageKind(
    "cards.used",
    _("A session was used"),
    _("%(name)s, %(service)s at %(store)s was taken from your card %(card)s. Left: %(left)s."),
)
PASS_USED = MessageKind(
    "cards.pass_used",
    _("Your pass was used"),
    _("%(name)s, your pass %(card)s was used for %(service)s at %(store)s."),
)
UNDONE = MessageKind(
    "cards.undone",
    _("A session is yours again"),
    _("%(name)s, %(service)s was given back to your card %(card)s at %(store)s. Left: %(left)s."),
)
PASS_UNDONE = MessageKind(
    "cards.undone",
    _("A use of your pass was taken back"),
    _("%(name)s, %(service)s at %(store)s no longer counts on your pass %(card)s."),
)
EXTENDED = MessageKind(
    "cards.extended",
    _("Your card is valid for longer"),
    _("%(name)s, your card %(card)s is valid until %(until)s."),
)
PAUSED = MessageKind(
    "cards.paused",
    _("Your card is paused"),
    _(
        "%(name)s, your card %(card)s rests from today: %(reason)s. Nothing is used meanwhile, and "
        "a last day moves by as many days."
    ),
)
RESUMED = MessageKind(
    "cards.resumed",
    _("Your card counts again"),
    _("%(name)s, your card %(card)s counts again from today, and is valid until %(until)s."),
)
RESUMED_OPEN = MessageKind(
    "cards.resumed",
    _("Your card counts again"),
    _("%(name)s, your card %(card)s counts again from today."),
)
ENDING = MessageKind(
    "cards.ending",
    _("Your card ends soon"),
    _(
        "%(name)s, your card %(card)s is valid until %(until)s. Sessions left: %(left)s. "
        "Book in time at %(store)s."
    ),
    by_day=True,
)
ENDING_PASS = MessageKind(
    "cards.ending",
    _("Your card ends soon"),
    _("%(name)s, your pass %(card)s is valid until %(until)s. Come in time to %(store)s."),
    by_day=True,
)
OFFERED = MessageKind(
    "cards.transfer_offered",
    _("Somebody offers you a card"),
    _("%(name)s, %(other)s offers you %(card)s. You may accept until %(until)s."),
)
GIVEN = MessageKind(
    "cards.given",
    _("Your card was transferred"),
    _("%(name)s, your card %(card)s of %(store)s is another member's now, with all left on it."),
)
RECEIVED = MessageKind(
    "cards.received",
    _("You received a card"),
    _("%(name)s, the card %(card)s of %(store)s is yours now. Left: %(left)s."),
)
PASS_RECEIVED = MessageKind(
    "cards.received",
    _("You received a card"),
    _("%(name)s, the card %(card)s of %(store)s is yours now."),
)
DECLINED = MessageKind(
    "cards.transfer_declined",
    _("Your offer was declined"),
    _("%(name)s, %(card)s was not accepted. It stays yours."),
)
LAPSED = MessageKind(
    "cards.transfer_lapsed",
    _("Your offer was not accepted in time"),
    _("%(name)s, nobody accepted %(card)s in time. It stays yours."),
)
WORDS = {
    "sold": _("Card sold: %(card)s"),
    "paid": _("Owing paid: %(amount)s (%(card)s)"),
    "unpaid": _("Payment taken back, %(amount)s owing: %(card)s (%(reason)s)"),
    "extended": _("Card extended: %(card)s until %(until)s (%(reason)s)"),
    "paused": _("Card paused: %(card)s (%(reason)s)"),
    "resumed": _("Card counts again: %(card)s until %(until)s"),
    "shared": _("Card shared: %(card)s with %(person)s"),
    "unshared": _("Card no longer shared: %(card)s with %(person)s"),
    "pass_used": _("Pass used: %(card)s, %(service)s"),
    "undone": _("Use of a session undone: %(card)s, %(service)s (%(reason)s)"),
    "refunded": _("Card refunded: %(card)s (%(amount)s)"),
    "void": _("Sale of the card undone: %(card)s (%(reason)s)"),
    "swapped": _("Card swapped: %(card)s for %(other)s, %(amount)s counted"),
    "unswapped": _("Swap undone: %(card)s (%(reason)s)"),
    "signed": _("Contract signed: %(card)s"),
    "given": _("Card transferred: %(card)s to member %(other)s"),
    "received": _("Card received: %(card)s from member %(other)s"),
    "taken_in": _("Card from an earlier system: %(card)s"),
}


def note(card: Card, kind: str, **facts: Any) -> None:
    """Add a line to the history of a card, in the running unit."""
    told = {"card": {"name": card.name, "names": card.names}, **facts}
    api.db.session.add(
        Change(
            card_id=card.id,
            member_id=card.member_id,
            at=api.now(),
            kind=kind,
            facts=told,
            by=api.actor().name,
        )
    )


def say(change: Change) -> str:
    """Say a line of a card's history in the reader's language."""
    facts: dict[str, Any] = {
        key: api.translate(value["name"], value["names"]) if isinstance(value, dict) else value
        for key, value in change.facts.items()
    }
    if "fen" in facts:
        facts["amount"] = api.format_fen(facts["fen"])
    return str(WORDS[change.kind]) % facts


def tell_of_use(use: CardUse, card: Card, service: str, left: int) -> None:
    """Tell a member at once that a session was used, in the running unit."""
    kind = PASS_USED if card.kind == "pass" else USED
    facts = {"service": service, "card": card.name, "left": left}
    tell_member(use.member_id, kind, facts, key=f"cards.used:{use.id}", store_id=use.store_id)


def tell_of_undoing(use: CardUse, card: Card, service: str) -> None:
    """Tell whose card it is that a session is hers again, in the running unit."""
    left = left_of(part for part in card.parts if part.id == use.part_id).get(use.part_id, Left())
    kind = PASS_UNDONE if card.kind == "pass" else UNDONE
    facts = {"service": service, "card": card.name, "left": left.all}
    tell_member(card.member_id, kind, facts, key=f"cards.undone:{use.id}", store_id=use.store_id)


def tell_of_card(member_id: int, card: Card, kind: MessageKind, key: str, store_id: int) -> None:
    """Tell a member that a card with all that is left on it came to her, or went from her."""
    facts = {"card": card.name, "left": _left_on(card)}
    tell_member(member_id, kind, facts, key=key, store_id=store_id)


def _left_on(card: Card) -> int:
    return sum(part.all for part in left_of(card.parts).values())


def tell_of_ending(card: Card, until_on: dt.date, key: str) -> None:
    """Tell a member that her card ends, with what is left of it, in the running unit."""
    store = api.db.session.get_one(api.Store, card.store_id)
    facts: dict[str, Any] = {"until": until_on.isoformat(), "store": store.name}
    if card.kind == "pass":
        tell(card, ENDING_PASS, key, **facts)
        return
    tell(card, ENDING, key, **facts, left=_left_on(card))


def tell(card: Card, kind: MessageKind, key: str | None = None, **facts: Any) -> None:
    """Tell the member whose card it is, in the running unit."""
    tell_member(card.member_id, kind, {"card": card.name, **facts}, key=key)


def tell_member(
    member_id: int,
    kind: MessageKind,
    facts: dict[str, Any],
    *,
    key: str | None,
    url: str = MINE,
    store_id: int | None = None,
) -> None:
    """Tell a member something about a card that may not be hers, in the running unit.

    With *store_id* the text may name the `store`.
    """
    if store_id is not None:
        facts = {**facts, "store": api.db.session.get_one(api.Store, store_id).name}
    send_message(member_id, kind, facts, url=url, key=key, store_id=store_id)
