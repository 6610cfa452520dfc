"""What the ledger took from a member: from her balance, her points, her sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
import sqlalchemy.orm

from console import api
from console.api import _
from plugins.cashier.deductions import DAYS, Deduction, about_journal
from plugins.cashier.models import Bill, Line, LinePart, Performer
from plugins.cashier.refunds import ALONE_MOST, MAKE_REFUNDS
from plugins.cashier.services.quoting import SALES
from plugins.cashier.services.refunding.cases import refund_lines
from plugins.cashier.services.refunding.lines import Wanted, lines_to_refund
from plugins.ledger.api import CODES, Account, Journal, Leg, Payment, heir_of
from plugins.membership.api import Member
from plugins.salon.api import Staff

#: What of hers can be taken.
KINDS = ("principal", "bonus", "sessions", "free_sessions", "points")
#: What was not taken by anybody: it follows from a rule, or went back to her.
RULES = (
    "refund",
    "reverse",
    "merge",
    "unmerge",
    "opening",
    "expire_points",
    "take_back_points",
    "swap_card",
    "card_back",
)


def taken_by(journal_ids: Sequence[int]) -> dict[int, list[tuple[int, str, str, int]]]:
    """Return what journals took from members: whose, of which kind and unit, how much."""
    found: dict[int, dict[tuple[int, str, str], int]] = {}
    for side, sign in ((Leg.debit_id, 1), (Leg.credit_id, -1)):
        rows = api.db.session.execute(
            sa.select(
                Leg.journal_id,
                Account.owner_id,
                Account.kind,
                Account.unit,
                sa.func.sum(Leg.amount),
            )
            .join(Account, Account.id == side)
            .where(Leg.journal_id.in_(journal_ids))
            .where(Account.owner == "member", Account.kind.in_(KINDS))
            .group_by(Leg.journal_id, Account.owner_id, Account.kind, Account.unit)
        )
        for number, owner, kind, unit, amount in rows:
            sums = found.setdefault(number, {})
            key = (owner, kind, unit)
            sums[key] = sums.get(key, 0) + sign * int(amount)
    taken = {
        number: [(*key, amount) for key, amount in sorted(sums.items()) if amount > 0]
        for number, sums in found.items()
    }
    return {number: rows for number, rows in taken.items() if rows}


def objectable(member_id: int, journal_ids: Sequence[int]) -> dict[int, bool]:
    """Return the journals among some that took from a member, and whether she is in time."""
    reversal = sa.orm.aliased(Journal)
    rows = api.db.session.execute(
        sa.select(Journal.id, Journal.posted_at)
        .outerjoin(reversal, reversal.reverses_id == Journal.id)
        .where(Journal.id.in_(journal_ids), Journal.code.not_in(RULES))
        .where(Journal.reverses_id.is_(None), reversal.id.is_(None))
    )
    since = api.now() - dt.timedelta(days=DAYS.get())
    found = {number: at >= since for number, at in rows}
    owner = heir_of(member_id)
    taken = taken_by(list(found))
    return {
        number: found[number] for number, parts in taken.items() if parts and parts[0][0] == owner
    }


def deduction_of_journal(journal_id: int) -> Deduction | None:
    """Return what a journal took from a member, if she may object to such; else None."""
    journal = api.db.session.get(Journal, journal_id)
    if journal is None or journal.code in RULES or journal.reverses_id is not None:
        return None
    taken = taken_by([journal_id]).get(journal_id)
    if not taken:
        return None
    member_id = taken[0][0]
    parts = [(kind, unit, amount) for owner, kind, unit, amount in taken if owner == member_id]
    bill, lines = _bill_of(journal)
    user = api.db.session.get(api.User, journal.actor_id) if journal.actor_id else None
    return Deduction(
        about=about_journal(journal_id),
        member_id=member_id,
        store_id=journal.store_id or api.db.session.get_one(Member, member_id).home_store_id,
        at=journal.posted_at,
        title=_title(journal, lines),
        amount=_say(parts),
        agreed_by=journal.agreed_by,
        journal_id=journal_id,
        bill_id=bill.id if bill else None,
        lines=[line.id for line in lines],
        people=_people([line.id for line in lines]),
        device=journal.device or "",
        by=user.name if user else "",
        stands=_stands(journal, lines),
        url=f"/console/cashier/bills/{bill.id}/" if bill else "",
        facts={"taken": [list(part) for part in parts], "code": journal.code},
        give_back=(lambda reason: _refund(bill, lines, journal, reason)) if bill else None,
    )


def _say(parts: Sequence[tuple[str, str, int]]) -> str:
    """Write what was taken, in figures: principal and bonus as one sum."""
    money = sum(amount for kind, _unit, amount in parts if kind in ("principal", "bonus"))
    others = [f"{amount:,}" for kind, _unit, amount in parts if kind not in ("principal", "bonus")]
    return " + ".join([api.format_fen(money), *others] if money else others)


def _title(journal: Journal, lines: Sequence[Line]) -> dict[str, object]:
    if not lines:
        return api.freeze(CODES.get(journal.code, journal.code))
    told = [(line.title, line.facts.get("names") or {}) for line in lines]
    locales = sorted({locale for _title, names in told for locale in names})
    named = {
        locale: _joined(names.get(locale) or title for title, names in told) for locale in locales
    }
    return {"text": _joined(title for title, _names in told), "names": named}


def _joined(titles: Iterable[str]) -> str:
    return " · ".join(dict.fromkeys(titles))


def _bill_of(journal: Journal) -> tuple[Bill | None, list[Line]]:
    """Return the bill that a journal of the till stands on, and its lines that it paid."""
    ref = journal.ref or ""
    if not ref.startswith("bill:") or not ref[5:].isdecimal():
        return None, []
    bill = api.db.session.get(Bill, int(ref[5:]))
    if bill is None:
        return None, []
    refs = sa.select(Payment.ref).where(Payment.journal_id == journal.id)
    lines = sa.select(Line).where(
        Line.id.in_(sa.select(LinePart.line_id).where(LinePart.ref.in_(refs)))
    )
    found = list(api.db.session.scalars(lines.order_by(Line.place, Line.id)))
    if not found and journal.code == "spend_points":
        found = [
            line
            for line in api.db.session.scalars(sa.select(Line).where(Line.bill_id == bill.id))
            if line.removed_at is None and line.order_kind in ("service", "product")
        ]
    return bill, found


def _people(line_ids: Sequence[int]) -> list[str]:
    names = (
        sa.select(Staff.name)
        .join(Performer, Performer.staff_id == Staff.id)
        .where(Performer.line_id.in_(line_ids))
        .order_by(Performer.id)
    )
    return list(dict.fromkeys(api.db.session.scalars(names)))


def _stands(journal: Journal, lines: Sequence[Line]) -> bool:
    reversal = sa.select(Journal.id).where(Journal.reverses_id == journal.id)
    if api.db.session.scalar(reversal) is not None:
        return False
    return not lines or any(line.state != "refunded" for line in lines)


def _refund(bill: Bill, lines: Sequence[Line], journal: Journal, reason: str) -> None:
    """Refund what a journal paid, each line wholly; above the limit it is refunded first."""
    wanted = list(_wanted(bill, lines))
    if any(line.order_kind in SALES for line in lines) and _stands(journal, lines):
        raise api.Refused(_("What she bought is given back by a refund sheet, or by reopening."))
    if not wanted:
        return
    if not MAKE_REFUNDS.held(bill.store_id):
        raise api.Refused(_("You may not make refunds. Ask somebody who may, and answer then."))
    if sum(one.amount_fen for one in wanted) > ALONE_MOST.get():
        raise api.Refused(
            _("Refund bill %(number)s first: it needs a second person.", number=bill.number)
        )
    refund_lines(bill.id, wanted, reason=reason, key=f"objection:{journal.id}")


def _wanted(bill: Bill, lines: Sequence[Line]) -> Iterator[Wanted]:
    ids = {line.id for line in lines}
    if bill.state not in ("settled", "part_paid"):
        return
    for state in lines_to_refund(bill):
        if state.line.id in ids and (state.left_fen or state.quantity_left):
            yield Wanted(state.line.id, state.left_fen, state.quantity_left)
