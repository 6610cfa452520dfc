"""Handing a member's accounts over to another file of hers, and back; nothing is re-created."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.chart import MEMBER, Name
from plugins.ledger.models import Account, Handover, Heir, Journal, Lot, Payment, Use
from plugins.ledger.services.accounts import find_accounts, lock_accounts
from plugins.ledger.services.entries import Change, Draft, Entry, Posted
from plugins.ledger.services.heirs import heir_of
from plugins.ledger.services.lots import LotState, read_lots
from plugins.ledger.services.posting import claim_one, write
from plugins.ledger.services.problems import FileMerged

ACCOUNT: Any = Account.__table__
HANDOVER: Any = Handover.__table__
HEIR: Any = Heir.__table__
#: Kinds to which things are added for years: their accounts get a part of their own in the
#: other file, so that what comes later never mixes with what may go back.
GROWING = ("points", "points_debt", "owing")


@api.unit
def hand_over(entry: Entry, from_id: int, to_id: int) -> Posted | None:
    """Give all accounts of a member to another; None when she has none. Repeatable by its key.

    From then on what is posted for *from_id* goes to *to_id*. `FileMerged` when either of them
    has given hers away already.
    """
    _wait_for_all()
    if heir_of(to_id) != to_id or heir_of(from_id) not in (from_id, to_id):
        raise FileMerged
    if heir_of(from_id) == from_id:
        api.db.session.execute(sa.insert(HEIR).values(member_id=from_id, heir_id=to_id))
    changes = [
        Change(row.id, name, name._replace(owner_id=to_id, part=_part_for(name)))
        for row, name in _accounts_of(from_id)
    ]
    return _write(entry, [from_id, to_id], changes)


@api.unit
def hand_back(entry: Entry, from_id: int, journal_id: int | None) -> Posted | None:
    """Give back what the journal *journal_id* took from a member, as it stands now.

    What was opened since stays where it is. None when there is nothing to give back.
    """
    _wait_for_all()
    api.db.session.execute(sa.delete(HEIR).where(HEIR.c.member_id == from_id))
    if journal_id is None:
        return None
    given = api.db.session.execute(
        sa.select(HANDOVER, *(ACCOUNT.c[field] for field in ("owner_id", "kind", "unit", "part")))
        .join(ACCOUNT, ACCOUNT.c.id == HANDOVER.c.account_id)
        .where(HANDOVER.c.journal_id == journal_id, HANDOVER.c.from_id == from_id)
        .order_by(HANDOVER.c.account_id)
    ).all()
    changes = []
    for row in given:
        now = Name(MEMBER, row.owner_id, row.kind, row.unit, row.part)
        if (row.owner_id, row.part) != (row.to_id, row.to_part):
            raise FileMerged
        changes.append(
            Change(row.account_id, now, now._replace(owner_id=from_id, part=row.from_part))
        )
    return _write(entry, [from_id, journal_id], changes)


@api.unit
def hand_over_lots(
    entry: Entry,
    from_id: int,
    to_id: int,
    lot_ids: Sequence[int],
    accounts: Sequence[int] = (),
) -> Posted:
    """Give some lots of a member to another one, whole; they keep price, day and uses.

    *accounts* go with them: prices of hers without a lot.
    """
    _wait_for_all()
    asked: list[object] = [from_id, to_id, sorted(lot_ids)]
    claim = claim_one(entry, [*asked, sorted(accounts)] if accounts else asked)
    if claim.fresh:
        giver, taker = heir_of(from_id), heir_of(to_id)
        wanted = {number for lot in read_lots(lot_ids) for number in lot.account_ids}
        wanted |= set(accounts)
        changes = [
            Change(row.id, name, name._replace(owner_id=taker))
            for row, name in _accounts_of(giver)
            if row.id in wanted
        ]
        if not changes or len(changes) != len(wanted):
            raise api.NotFound(_("There is no such top-up."))
        lock_accounts(wanted)
        write([(claim.head, Draft(changes=_all_free(changes)))])
    return claim.posted


def handed_in(journal_id: int) -> Sequence[Any]:
    """Return the accounts that a journal handed over, with their kinds and balances of today."""
    return api.db.session.execute(
        sa.select(HANDOVER, ACCOUNT.c.kind, ACCOUNT.c.unit, ACCOUNT.c.debits, ACCOUNT.c.credits)
        .join(ACCOUNT, ACCOUNT.c.id == HANDOVER.c.account_id)
        .where(HANDOVER.c.journal_id == journal_id)
        .order_by(HANDOVER.c.account_id)
    ).all()


def given_lots(lots: Sequence[LotState | Lot]) -> set[int]:
    """Return which of some lots another member gave, rather than another file of the same one."""
    lot_of = {lot.paid_account_id: lot.id for lot in lots}
    given = (
        sa.select(HANDOVER.c.account_id)
        .join(Journal, Journal.id == HANDOVER.c.journal_id)
        .where(HANDOVER.c.account_id.in_(lot_of), Journal.code == "transfer")
    )
    return {lot_of[number] for number in api.db.session.scalars(given)}


def given_since(line_refs: Sequence[str]) -> bool:
    """Tell whether something that paid one of these lines was given to another member since."""
    given = (
        sa.select(HANDOVER.c.id)
        .join(Journal, Journal.id == HANDOVER.c.journal_id)
        .join(Lot, Lot.paid_account_id == HANDOVER.c.account_id)
        .join(Use, Use.lot_id == Lot.id)
        .join(Payment, Payment.id == Use.payment_id)
        .where(Payment.ref.in_(line_refs), Journal.code == "transfer")
        .where(HANDOVER.c.journal_id > Use.journal_id, Use.restores_id.is_(None))
    )
    return api.db.session.scalar(given.limit(1)) is not None


def _wait_for_all() -> None:
    """Wait for everybody who is posting, and let nobody post until this unit ends.

    Every posting writes its journal first, so that none can open an account, or read whose it
    is, while accounts change hands.
    """
    api.wait_for_writers("ledger_journal", alone=True)


def _accounts_of(member_id: int) -> list[tuple[Any, Name]]:
    rows = api.db.session.execute(
        sa.select(ACCOUNT)
        .where(ACCOUNT.c.owner == MEMBER, ACCOUNT.c.owner_id == member_id)
        .order_by(ACCOUNT.c.id)
    ).all()
    return [(row, Name(MEMBER, row.owner_id, row.kind, row.unit, row.part)) for row in rows]


def _part_for(name: Name) -> str:
    """Return the part under which an account stands in the other file.

    It begins as before, so that points still sort, and expire, by their month.
    """
    return f"{name.part}#{name.owner_id}" if name.kind in GROWING else name.part


def _write(entry: Entry, asked: list[int], changes: Sequence[Change]) -> Posted | None:
    if not changes:
        return None
    free = _all_free(changes)
    claim = claim_one(entry, asked)
    if claim.fresh:
        lock_accounts(change.account_id for change in changes)
        write([(claim.head, Draft(changes=free))])
    return claim.posted


def _all_free(changes: Sequence[Change]) -> list[Change]:
    taken = find_accounts([change.after for change in changes])
    return [_freed(change) if change.after in taken else change for change in changes]


def _freed(change: Change) -> Change:
    part = f"{change.after.part}#{change.account_id}"
    return change._replace(after=change.after._replace(part=part))
