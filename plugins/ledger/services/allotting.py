"""Which lot pays how much of which line, where gifts are barred from some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plugins.ledger.services.lots import LotState
from plugins.ledger.services.problems import Insufficient
from plugins.ledger.services.shares import split_use


@dataclass(frozen=True)
class Line:
    """What is paid for: its reference (unique for ever), how much, and the prices to freeze.

    *amount* is fen of face value, or a count of sessions; *scope* says what it is paid for, where
    gifts may be barred from it.
    """

    ref: str
    amount: int
    list_fen: int | None = None
    deal_fen: int | None = None
    staff_id: int | None = None
    scope: str = ""


@dataclass(frozen=True)
class Allotted:
    """What one lot pays of one line."""

    lot: LotState
    line: Line
    paid: int
    gift: int


def allot(
    lots: Sequence[LotState], lines: Sequence[Line], beside: Sequence[Line] = ()
) -> list[Allotted]:
    """Return what each lot pays of *lines*, in order, each split by its terms.

    What is to be paid *beside* them later is left what it needs. `Insufficient` when the lots do
    not hold enough.
    """
    barred = frozenset[str]().union(*(lot.bars for lot in lots))
    both = [*lines, *(line for line in beside if barred)]
    found = _allot(lots, both, barred)
    if found is None and len(barred) > 1:
        found = _allot(lots, both, barred, sparing=True)
    if found is None:
        raise Insufficient
    own = {line.ref for line in lines}
    return [one for one in found if one.line.ref in own]


def _allot(
    lots: Sequence[LotState],
    lines: Sequence[Line],
    barred: frozenset[str],
    *,
    sparing: bool = False,
) -> list[Allotted] | None:
    """Return what each lot pays; *sparing* begins with gifts that other lines cannot have."""
    left = {lot.id: (lot.paid_left, lot.gift_left) for lot in lots}
    found: list[Allotted] = []
    # What gifts are barred from is paid first, while the paid parts are there.
    for line in sorted(lines, key=lambda line: line.scope not in barred):
        wanted = line.amount
        own = [lot for lot in lots if lot.bars and line.scope not in lot.bars]
        alone = own if sparing and line.scope in barred else []
        for lot, gift_only in [*((lot, True) for lot in alone), *((lot, False) for lot in lots)]:
            paid_left, gift_left = left[lot.id]
            usable = 0 if line.scope in lot.bars else gift_left
            some = min(wanted, usable if gift_only else paid_left + usable)
            if not some:
                continue
            wanted -= some
            paid, gift = split_use(some, 0 if gift_only else paid_left, usable, lot.split)
            left[lot.id] = (paid_left - paid, gift_left - gift)
            found.append(Allotted(lot, line, paid, gift))
        if wanted:
            return None
    return found
