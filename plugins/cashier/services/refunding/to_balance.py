"""What was paid from balance goes back to the lots that it came from, principal and bonus apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import LinePart, Refund, Settlement
from plugins.ledger.api import Entry, Name, fen_behind, heir_of, held, lots_of, restore
from plugins.ledger.api import Payment as Booked
from plugins.ledger.api import Payout as Money


class ToBalance(api.Refused):
    """Something that balance paid would be paid out as money."""

    def __init__(self, left_fen: int) -> None:
        super().__init__(
            _(
                "%(amount)s of it was paid from balance and goes back there. Refund the top-up "
                "afterwards if she wants money.",
                amount=api.format_fen(left_fen),
            )
        )


def balance_refs(line_id: int, member_id: int) -> list[str]:
    """Return the references under which a member's balance paid a line that was sold.

    None once another member has one of these top-ups: there it does not go back.
    """
    rows = (
        sa.select(LinePart.ref, LinePart.lot_id)
        .join(Settlement, Settlement.id == LinePart.settlement_id)
        .where(LinePart.line_id == line_id, LinePart.amount_fen > 0)
        .where(LinePart.lot_id.is_not(None), Settlement.undone_at.is_(None))
        .order_by(LinePart.id)
    )
    found = api.db.session.execute(rows).all()
    own = {lot.id for lot in lots_of(heir_of(member_id), spent=True)} if found else set()
    return list(dict.fromkeys(row.ref for row in found)) if {r.lot_id for r in found} <= own else []


def left_of(refs: Sequence[str]) -> dict[str, int]:
    """Return how much of what balance paid may still go back, by reference."""
    rows = sa.select(Booked.ref, Booked.amount - Booked.refunded).where(Booked.ref.in_(refs))
    found: dict[str, int] = {ref: int(fen) for ref, fen in api.db.session.execute(rows)}
    return {ref: found[ref] for ref in refs if found.get(ref)}


def paid_from_balance(refs: Sequence[str]) -> int:
    """Return what balance paid under some references, in face value."""
    rows = sa.select(sa.func.coalesce(sa.func.sum(Booked.amount), 0)).where(Booked.ref.in_(refs))
    return int(api.db.session.scalar(rows) or 0) if refs else 0


def way_back(refund: Refund) -> Name:
    """Name the account of hers through which the money behind a balance goes back."""
    return held("unearned", heir_of(refund.member_id or 0), f"back:{refund.key}")


def money_behind(refund: Refund, ref: str, fen: int) -> Money:
    """Return the money behind what goes back to the balance, as what ends pays it out."""
    return Money(way_back(refund), fen_behind(ref, fen))


def give_to_balance(refund: Refund, entry: Entry, ref: str, fen: int) -> None:
    """Give face value back to the lots of a reference, in the running unit."""
    head = replace(entry, key=f"{entry.key}:{ref}", code="card_back", asked=[refund.id, ref, fen])
    restore(head, ref, fen, out_of=way_back(refund))
