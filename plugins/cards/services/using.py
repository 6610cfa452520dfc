"""Using a session of a card, and undoing it on the same day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.hookspecs import cards_session_undone, cards_session_used
from plugins.cards.models import Card, CardUse, Part
from plugins.cards.services.accounts import left_of, owing_of
from plugins.cards.services.days import begin, today_in
from plugins.cards.services.offering import why_not, why_not_part
from plugins.cards.services.telling import note, tell_of_undoing, tell_of_use
from plugins.cashier import api as till
from plugins.ledger import api as ledger
from plugins.membership.api import require_active
from plugins.salon.api import Service, Staff, Variant, price_of, price_with

#: What begins the reference of everything that stands on a bill.
BILL = "bill:"


@api.unit
def use_session(
    entry: ledger.Entry,
    part_id: int,
    service_variant_id: int,
    *,
    staff_id: int | None = None,
    supplement_fen: int | None = None,
    person_id: int | None = None,
) -> CardUse:
    """Use one session of a part of a card for a service; joins the running unit.

    *entry* names the store and how the member agreed. The same key returns the use that was
    noted under it. *supplement_fen* is what she pays besides; by default what the service costs
    more than a session stands for. Whoever calls collects it. The member is told at once.
    """
    if (known := _find(entry, part_id)) is not None:
        return known
    if entry.store_id is None or entry.agreed_by is None:
        raise ValueError("a session is used in a store, and by agreement")
    part = api.db.session.get(Part, part_id)
    if part is None:
        raise api.NotFound(_("There is no such card."))
    card = lock_card(part.card_id)
    if (known := _find(entry, part_id)) is not None:
        return known
    require_active(card.member_id)
    service, variant = _service_of(part, service_variant_id)
    _check(card, part, entry)
    use = _draft(entry, card, part, variant, staff_id)
    price = list_price_with(service, variant, staff_id)
    use.supplement_fen = supplement_for(part, price) if supplement_fen is None else supplement_fen
    if use.supplement_fen < 0:
        raise api.Refused(_("A supplement cannot be below zero."))
    use.list_fen = max(price - use.supplement_fen, 0)
    use.person = name_of_person(card, person_id)
    if card.kind != "pass":
        _post(entry, card, part, use)
    if card.starts_on is None:
        begin(card, use.used_on)
    api.db.session.add(use)
    api.db.session.flush()
    if card.kind == "pass":
        note(card, "pass_used", service={"name": service.name, "names": service.names})
    left = left_of([part]).get(part.id)
    tell_of_use(use, card, service.name, left.all if left else 0)
    api.emit(cards_session_used, use_id=use.id)
    return use


def supplement_for(part: Part, price_fen: int) -> int:
    """Return what a service costs more than a session of a part stands for."""
    return max(price_fen - part.list_fen, 0)


def list_price_with(service: Service, variant: Variant, staff_id: int | None) -> int:
    """Return the price of the list when this person does the service, in fen."""
    staff = api.db.session.get(Staff, staff_id) if staff_id else None
    price = price_with(service, variant, staff) if staff else price_of(service, variant)
    return price.fen or 0


def lock_card(card_id: int) -> Card:
    """Return a card, read anew and locked until the unit ends."""
    card = api.db.session.get(Card, card_id, with_for_update={"of": Card}, populate_existing=True)
    if card is None:
        raise api.NotFound(_("There is no such card."))
    return card


def name_of_person(card: Card, person_id: int | None) -> str:
    """Return who came with a card in her place, "" for herself; `Refused` once it is not shared."""
    if not person_id:
        return ""
    for person in card.people:
        if person.id == person_id:
            return str(person.name)
    raise api.Refused(_("The card is not shared with this person. Choose who uses it again."))


def _find(entry: ledger.Entry, part_id: int) -> CardUse | None:
    use = api.db.session.scalars(sa.select(CardUse).where(CardUse.key == entry.key)).first()
    if use is not None and use.part_id != part_id:
        raise ledger.KeyUsed
    return use


def _service_of(part: Part, variant_id: int) -> tuple[Service, Variant]:
    variant = api.db.session.get(Variant, variant_id)
    for service in part.services:
        if variant is not None and service.id == variant.service_id:
            return service, variant
    raise api.Refused(_("This card is not for this service."))


def _check(card: Card, part: Part, entry: ledger.Entry) -> None:
    owing = owing_of(card)
    today = _day_of(entry, entry.store_id or card.store_id)
    problem = why_not(card, entry.store_id or 0, today, owing)
    left = left_of([part]).get(part.id)
    if problem is None and left is not None:
        problem = why_not_part(card, part, left, owing)
    if problem is not None:
        raise api.Refused(problem)


def _day_of(entry: ledger.Entry, store_id: int) -> dt.date:
    """Return the day on which a session is used, whatever day the books have it on."""
    return entry.done_on or entry.business_on or today_in(store_id)


def _draft(
    entry: ledger.Entry, card: Card, part: Part, variant: Variant, staff_id: int | None
) -> CardUse:
    actor, store_id = api.actor(), entry.store_id or card.store_id
    return CardUse(
        card_id=card.id,
        part_id=part.id,
        member_id=card.member_id,
        store_id=store_id,
        at=api.now(),
        used_on=_day_of(entry, store_id),
        service_id=variant.service_id,
        variant_id=variant.id,
        staff_id=staff_id,
        deal_fen=part.deal_fen,
        agreed_by=entry.agreed_by,
        device=entry.device or (f"till:{actor.till_id}" if actor.till_id else ""),
        by=actor.name,
        by_id=actor.user_id,
        key=entry.key,
        bill_ref=entry.ref or "",
    )


def _post(entry: ledger.Entry, card: Card, part: Part, use: CardUse) -> None:
    line = ledger.Line(
        use.ref, 1, list_fen=use.list_fen, deal_fen=part.deal_fen, staff_id=use.staff_id
    )
    asked = entry.asked if entry.asked is not None else [part.id, use.variant_id]
    told = replace(entry, code="use_session", asked=asked)
    spent = ledger.use_sessions(told, card.member_id, part.lot_id or 0, [line])
    use.journal_id, use.income_fen = spent.journal_id, spent.income_fen
    use.free = bool(spent.gift)


@api.unit
def undo_use(use_id: int, reason: str) -> CardUse:
    """Undo the use of a session on its own business day: count and income go back.

    Undoing it again changes nothing. The member is told. The bill that it stands on is reopened
    and made void; refused when something else stands there.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    use = api.db.session.get(CardUse, use_id)
    if use is None:
        raise api.NotFound(_("There is no such use."))
    lock_card(use.card_id)
    api.db.session.refresh(use)
    if use.undone_at is not None:
        return use
    if use.used_on != today_in(use.store_id):
        raise api.Refused(_("Only a use of today can be undone."))
    if use.bill_ref.startswith(BILL):
        undo_alone(int(use.bill_ref.removeprefix(BILL)), reason)
        return use
    if use.journal_id is not None:
        back = ledger.Entry(
            key=f"undo:{use.key}", code="session_back", ref=use.ref, store_id=use.store_id
        )
        ledger.restore(replace(back, note=reason), use.ref, 1)
    return take_back_use(use, reason)


def undo_alone(bill_id: int, reason: str) -> None:
    """Reopen a bill with one line and make it void; refused when it has others."""
    lines = till.lines_of(bill_id)
    bill = api.db.session.get_one(till.Bill, bill_id)
    if len(lines) > 1:
        raise api.Refused(
            _(
                "It stands on bill %(number)s with other things. Reopen that bill.",
                number=bill.number,
            )
        )
    till.undo_settlement(bill_id, reason)
    till.void_bill(bill_id, reason)


@api.unit
def take_back_use(use: CardUse, reason: str) -> CardUse:
    """Note that a session is hers again, and tell her; whoever calls gave it back."""
    if use.undone_at is not None:
        return use
    card = lock_card(use.card_id)
    use.undone_at, use.undone_by, use.undo_reason = api.now(), api.actor().name, reason
    api.db.session.flush()
    _unbegin(card)
    service = api.db.session.get_one(Service, use.service_id)
    note(card, "undone", service={"name": service.name, "names": service.names}, reason=reason)
    tell_of_undoing(use, card, service.name)
    api.record_audit(
        "cards.use_undone", use, note=reason, store_id=use.store_id, title=_("Undid a session")
    )
    api.emit(cards_session_undone, use_id=use.id)
    return use


def _unbegin(card: Card) -> None:
    """Let a card wait for its first use again when the only one was undone."""
    live = sa.select(CardUse.id).where(CardUse.card_id == card.id, CardUse.undone_at.is_(None))
    if card.starts == "first_use" and api.db.session.scalar(live.limit(1)) is None:
        card.starts_on = card.until_on = None
