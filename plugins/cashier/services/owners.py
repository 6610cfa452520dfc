"""Whose it is by now what paid for the lines of a bill."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import LinePart, Settlement
from plugins.ledger.api import given_since


def require_still_hers(line_ids: Sequence[int], settlement_id: int | None = None) -> None:
    """Raise `Refused` when balance or sessions that paid lines were given to another member.

    With *settlement_id* only what that one took counts.
    """
    refs = (
        sa.select(LinePart.ref)
        .join(Settlement, Settlement.id == LinePart.settlement_id)
        .where(LinePart.line_id.in_(line_ids), Settlement.undone_at.is_(None))
        .where(LinePart.lot_id.is_not(None))
    )
    if settlement_id is not None:
        refs = refs.where(LinePart.settlement_id == settlement_id)
    found = api.db.session.scalars(refs).all()
    if found and given_since(found):
        raise api.Refused(
            _(
                "What paid for this was given to another member since, and would go there. "
                "Make it good by adjusting her balance instead."
            )
        )
