"""Offering a card or stored value to another member, and what she answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, Transfer
from plugins.cards.services.accounts import left_of
from plugins.cards.services.giving import (
    give_card,
    require_giveable,
    require_pair,
    why_refunded,
    worth_of,
)
from plugins.cards.services.telling import DECLINED, LAPSED, OFFERED, TRANSFERS, tell_member
from plugins.ledger.api import Entry, heir_of
from plugins.membership.api import Member, active_name, purses_of, transfer_value

DAYS = api.Setting(
    "cards.transfer_days",
    _("Days in which a card that is offered may be accepted"),
    7,
    least=1,
    most=30,
)
CARD, PURSE = "card:", "purse:"


@dataclass(frozen=True)
class Gift:
    """What a member gives: one of her cards, or a stored-value card with all that is on it."""

    key: str
    name: str
    names: dict[str, str]
    #: Tells what is left of it; it changes with every use.
    worth: str
    card: Card | None = None
    purse: str = ""
    balance_fen: int = 0
    left: int = 0

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return api.translate(self.name, self.names)


@dataclass(frozen=True)
class Agreed:
    """How somebody agreed, and who noted it with which reason."""

    way: str
    key: str
    reason: str = ""
    store_id: int | None = None


def gifts_of(member_id: int) -> list[Gift]:
    """Return what a member can give: cards in use, and stored value."""
    cards = sa.select(Card).where(Card.member_id == heir_of(member_id), Card.state == "active")
    found = []
    for card in api.db.session.scalars(cards.order_by(Card.id)):
        try:
            require_giveable(card)
        except api.Refused:
            continue
        found.append(_of_card(card))
    for purse in purses_of(heir_of(member_id)):
        if purse.balance_fen:
            found.append(_of_purse(member_id, purse.code))
    return found


def gift_of(member_id: int, key: str) -> Gift:
    """Return one thing that a member holds; raises `NotFound` when it is not hers."""
    if key.startswith(PURSE):
        return _of_purse(member_id, key.removeprefix(PURSE))
    number = key.removeprefix(CARD)
    fits = number.isascii() and number.isdecimal() and len(number) < 18
    card = api.db.session.get(Card, int(number)) if fits else None
    if card is None or card.member_id != heir_of(member_id):
        raise api.NotFound(_("There is no such card."))
    return _of_card(card)


def gift_in(transfer: Transfer) -> Gift:
    """Return what a transfer that still waits is about, as it is now."""
    key = f"{CARD}{transfer.card_id}" if transfer.card_id else f"{PURSE}{transfer.purse}"
    return gift_of(transfer.giver_id, key)


def _of_card(card: Card) -> Gift:
    left = sum(part.all for part in left_of(card.parts).values())
    key = f"{CARD}{card.id}"
    return Gift(key, card.name, dict(card.names), worth_of(card), card, left=left)


def _of_purse(member_id: int, code: str) -> Gift:
    purse = next((one for one in purses_of(heir_of(member_id)) if one.code == code), None)
    if purse is None:
        raise api.NotFound(_("There is no such stored-value card."))
    name = " ".join(word for word in (purse.title, purse.number) if word)
    fen = purse.balance_fen
    return Gift(f"{PURSE}{code}", name, {}, str(fen), purse=code, balance_fen=fen)


@api.unit
def offer_transfer(giver_id: int, what: str, taker_id: int, agreed: Agreed) -> Transfer:
    """Offer something to another member, who is told; the same key returns the same offer."""
    transfer, new = _begin(giver_id, what, taker_id, agreed)
    if new:
        _tell_of_offer(transfer)
        api.record_audit(
            "cards.transfer_offered",
            transfer,
            note=agreed.reason,
            store_id=transfer.store_id,
            title=_("Offered a card to another member"),
        )
    return transfer


@api.unit
def transfer_now(
    giver_id: int, what: str, taker_id: int, agreed: Agreed, taker_agreed: str
) -> Transfer:
    """Give something to another member at once; both agreed at the counter."""
    transfer, new = _begin(giver_id, what, taker_id, agreed)
    if new:
        _settle(transfer, taker_agreed)
    return transfer


def _begin(giver_id: int, what: str, taker_id: int, agreed: Agreed) -> tuple[Transfer, bool]:
    """Write a transfer down, and tell whether it is new or the one of this key."""
    known = _by_key(agreed.key)
    if known is not None:
        return known, False
    giver, taker = _lock_pair(giver_id, taker_id)
    gift = gift_of(giver.id, what)
    _require_free(giver.id, gift)
    transfer = _draft(giver, taker, gift, agreed)
    api.db.session.add(transfer)
    api.db.session.flush()
    return transfer, True


@api.unit
def accept_transfer(transfer_id: int, taker_id: int, worth: str) -> Transfer:
    """Take what was offered; Conflict when something was used of it since she saw it."""
    transfer = _lock(transfer_id)
    if transfer.taker_id != heir_of(taker_id):
        raise api.NotFound(_("There is no such offer."))
    if transfer.state == "done":
        return transfer
    _require_waiting(transfer)
    _lock_pair(transfer.giver_id, transfer.taker_id)
    if gift_in(transfer).worth != worth:
        raise api.Conflict(_("Something of it was used meanwhile. Look at it again."))
    _settle(transfer, "phone")
    return transfer


@api.unit
def decline_transfer(transfer_id: int, taker_id: int) -> None:
    """Say no to what was offered; who offered it is told."""
    transfer = _lock(transfer_id)
    if transfer.taker_id != heir_of(taker_id):
        raise api.NotFound(_("There is no such offer."))
    if transfer.state != "declined":
        _require_waiting(transfer)
        _end(transfer, "declined")
        _tell_giver(transfer)


@api.unit
def withdraw_transfer(transfer_id: int, giver_id: int) -> None:
    """Take an offer back."""
    transfer = _lock(transfer_id)
    if transfer.giver_id != heir_of(giver_id):
        raise api.NotFound(_("There is no such offer."))
    if transfer.state != "withdrawn":
        _require_waiting(transfer)
        _end(transfer, "withdrawn")


def close_transfers() -> None:
    """End the offers that nobody accepted in time, and tell who made them; may be repeated."""
    late = sa.select(Transfer.id).where(Transfer.state == "offered", Transfer.until_at <= api.now())
    for transfer_id in api.db.session.scalars(late.order_by(Transfer.id)).all():
        _close(transfer_id)


@api.unit
def _close(transfer_id: int) -> None:
    transfer = _lock(transfer_id)
    if transfer.state == "offered" and is_late(transfer):
        _end(transfer, "lapsed")
        _tell_giver(transfer)


def is_late(transfer: Transfer) -> bool:
    """Tell whether the time to accept is over."""
    return transfer.until_at <= api.now()


def waits_for(transfer: Transfer, member_id: int) -> bool:
    """Tell whether a member can accept or decline it now."""
    mine = transfer.taker_id == heir_of(member_id)
    return mine and transfer.state == "offered" and not is_late(transfer)


def transfers_of(member_id: int, *, most: int = 30) -> Sequence[Transfer]:
    """Return what a member offered or was offered, the latest first."""
    own = heir_of(member_id)
    rows = sa.select(Transfer).where(sa.or_(Transfer.giver_id == own, Transfer.taker_id == own))
    return api.db.session.scalars(rows.order_by(Transfer.id.desc()).limit(most)).all()


def _by_key(key: str) -> Transfer | None:
    found: Transfer | None = api.db.session.scalar(sa.select(Transfer).where(Transfer.key == key))
    return found


def _lock(transfer_id: int) -> Transfer:
    transfer = api.db.session.get(
        Transfer, transfer_id, with_for_update={"of": Transfer}, populate_existing=True
    )
    if transfer is None:
        raise api.NotFound(_("There is no such offer."))
    return transfer


def _lock_pair(giver_id: int, taker_id: int) -> tuple[Member, Member]:
    # By ascending number, so that two transfers never wait for each other.
    for number in sorted((heir_of(giver_id), heir_of(taker_id))):
        active_name(number, locked=True)
    return require_pair(giver_id, taker_id)


def _require_waiting(transfer: Transfer) -> None:
    if transfer.state != "offered" or is_late(transfer):
        raise api.Conflict(_("This offer no longer stands."))


def _require_free(giver_id: int, gift: Gift) -> None:
    """Raise `Refused` while something else is under way with a gift."""
    if gift.card is not None:
        require_giveable(gift.card)
        same = Transfer.card_id == gift.card.id
    else:
        lots = next(one.lots for one in purses_of(giver_id) if one.code == gift.purse)
        problem = why_refunded(giver_id, [f"lot:{lot.id}" for lot in lots])
        if problem is not None:
            raise api.Refused(problem)
        if not gift.balance_fen:
            raise api.Refused(_("Nothing is left on this card."))
        same = sa.and_(Transfer.card_id.is_(None), Transfer.purse == gift.purse)
    waiting = sa.select(Transfer.id).where(
        same,
        Transfer.giver_id == giver_id,
        Transfer.state == "offered",
        Transfer.until_at > api.now(),
    )
    if api.db.session.scalar(waiting.limit(1)) is not None:
        raise api.Refused(_("It is offered to somebody already. Withdraw that offer first."))


def _draft(giver: Member, taker: Member, gift: Gift, agreed: Agreed) -> Transfer:
    now = api.now()
    return Transfer(
        card_id=gift.card.id if gift.card else None,
        purse=gift.purse,
        name=gift.name,
        names=gift.names,
        giver_id=giver.id,
        taker_id=taker.id,
        store_id=agreed.store_id or giver.home_store_id,
        offered_at=now,
        until_at=now + dt.timedelta(days=DAYS.get()),
        giver_agreed=agreed.way,
        reason=agreed.reason,
        by=api.actor().name,
        key=agreed.key,
    )


def _settle(transfer: Transfer, taker_agreed: str) -> None:
    """Let what was offered change hands, in the running unit."""
    entry = Entry(
        key=f"cards.transfer:{transfer.id}",
        code="transfer",
        asked=[transfer.giver_id, transfer.taker_id, transfer.card_id, transfer.purse],
        store_id=transfer.store_id,
        agreed_by=transfer.giver_agreed,
        note=transfer.reason,
    )
    giver_id, taker_id = transfer.giver_id, transfer.taker_id
    if transfer.card_id is not None:
        transfer.journal_id = give_card(entry, transfer.card_id, giver_id, taker_id)
    else:
        transfer.journal_id = transfer_value(entry, giver_id, taker_id, transfer.purse)
    transfer.taker_agreed = taker_agreed
    _end(transfer, "done")


def _end(transfer: Transfer, state: str) -> None:
    transfer.state, transfer.answered_at = state, api.now()
    api.db.session.flush()


def _tell_of_offer(transfer: Transfer) -> None:
    zone = ZoneInfo(transfer.giver.home_store.time_zone)
    facts = {
        "card": transfer.name,
        "other": transfer.giver.name,
        "until": transfer.until_at.astimezone(zone).date().isoformat(),
    }
    url = f"{TRANSFERS}/{transfer.id}"
    tell_member(transfer.taker_id, OFFERED, facts, key=f"cards.offered:{transfer.id}", url=url)


def _tell_giver(transfer: Transfer) -> None:
    kind = DECLINED if transfer.state == "declined" else LAPSED
    key = f"{kind.key}:{transfer.id}"
    tell_member(transfer.giver_id, kind, {"card": transfer.name}, key=key, url=TRANSFERS)
