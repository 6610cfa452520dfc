"""Sessions that were used, as what was taken from a member: she may object to each."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import CardUse
from plugins.cards.services.days import today_in
from plugins.cards.services.using import BILL, undo_use
from plugins.cashier import api as till
from plugins.cashier.api import Deduction
from plugins.salon.api import Service


def deduction_of(about: str) -> Deduction | None:
    """Return a session that was used: "use:5", or "journal:12" by which it was taken."""
    kind, _colon, text = about.partition(":")
    if kind not in ("use", "journal") or not (text.isascii() and text.isdecimal()):
        return None
    if len(text) > 17:
        return None
    column = CardUse.id if kind == "use" else CardUse.journal_id
    use = api.db.session.scalar(sa.select(CardUse).where(column == int(text)).limit(1))
    return None if use is None else _told(use)


def _told(use: CardUse) -> Deduction:
    service = api.db.session.get_one(Service, use.service_id)
    bill_id = int(use.bill_ref.removeprefix(BILL)) if use.bill_ref.startswith(BILL) else None
    line_id = _line_of(use)
    card = {"text": use.card.name, "names": use.card.names}
    title = api.freeze(_("%(service)s, with %(card)s"))
    values = {"service": {"text": service.name, "names": service.names}, "card": card}
    return Deduction(
        about=use.about,
        member_id=use.member_id,
        store_id=use.store_id,
        at=use.at,
        title={"message": title.get("message", title.get("text", "")), "values": values},
        amount="1",
        agreed_by=use.agreed_by,
        journal_id=use.journal_id,
        bill_id=bill_id,
        lines=[line_id] if line_id else [],
        people=[use.staff.name] if use.staff else [],
        device=use.device,
        by=use.by,
        stands=use.undone_at is None,
        url=f"/console/cards/uses/{use.id}/",
        facts={"use": use.id, "card": use.card_id, "free": use.free, "person": use.person},
        give_back=lambda reason: _give_back(use, bill_id, line_id, reason),
    )


def _line_of(use: CardUse) -> int | None:
    """Return the line of the bill that used a session; its key ends with it."""
    text = use.key.rpartition(":")[2]
    fits = use.bill_ref.startswith(BILL) and text.isascii() and text.isdecimal()
    return int(text) if fits else None


def _give_back(use: CardUse, bill_id: int | None, line_id: int | None, reason: str) -> None:
    """Undo a session of today; one of another day is refunded on its bill."""
    if use.used_on == today_in(use.store_id) or bill_id is None or line_id is None:
        undo_use(use.id, reason)
        return
    bill = api.db.session.get_one(till.Bill, bill_id)
    state = next((one for one in till.lines_to_refund(bill) if one.line.id == line_id), None)
    if state is None or state.line.quantity > 1:
        raise api.Refused(_("Refund it on bill %(number)s first.", number=bill.number))
    if not till.MAKE_REFUNDS.held(bill.store_id):
        raise api.Refused(_("You may not make refunds. Ask somebody who may, and answer then."))
    wanted = [till.Wanted(line_id, state.left_fen, state.quantity_left)]
    made = till.refund_lines(bill_id, wanted, reason=reason, key=f"objection:{use.key}")
    if made.state != "paid":
        raise api.Refused(
            _("Refund bill %(number)s first: it needs a second person.", number=bill.number)
        )
