"""Posting: the one way by which anything moves between accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import MEMBER, Name
from plugins.ledger.hookspecs import ledger_book_day
from plugins.ledger.models import Handover, Journal, Leg, Lot, Payment, Refund, Use
from plugins.ledger.services.accounts import lock_accounts, open_accounts
from plugins.ledger.services.bulk import Lookup, insert_rows
from plugins.ledger.services.chain import Chains, journal_digest, side_of
from plugins.ledger.services.entries import Draft, Entry, Move, Posted, request_hash
from plugins.ledger.services.problems import KeyUsed, explain

JOURNAL: Any = Journal.__table__
HANDOVER: Any = Handover.__table__
LEG: Any = Leg.__table__
LOT: Any = Lot.__table__
PAYMENT: Any = Payment.__table__
REFUND: Any = Refund.__table__
USE: Any = Use.__table__
#: What a journal brings besides its payments, in the order in which it is written.
TABLES = {"lots": LOT, "refunds": REFUND, "uses": USE, "legs": LEG, "handovers": HANDOVER}
BY_KEY = Lookup([JOURNAL], [JOURNAL.c.idem_key])
#: Where a business day is reckoned when no store is named.
TIME_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Claim:
    """A journal's head: freshly written, or found under the same key and the same request."""

    head: dict[str, Any]
    fresh: bool

    @property
    def posted(self) -> Posted:
        """Return what callers see of it."""
        return Posted(self.head["id"], self.fresh)


@api.unit
def post(
    entry: Entry,
    moves: Sequence[Move],
    *,
    payments: Sequence[tuple[str, int]] = (),
    refunds: Sequence[tuple[str, int]] = (),
) -> Posted:
    """Post one journal, or return the one that was posted under the same key.

    *payments* are references with the amounts that may be refunded under them; *refunds* name
    such references. Joins the running unit; a refusal (`Insufficient`, `RefundTooBig`) ends
    the whole unit and leaves the key unused.
    """
    claim = claim_one(entry, [moves, payments, refunds])
    if claim.fresh:
        numbers = [(lock_payment(ref).id, amount) for ref, amount in refunds]
        draft = Draft(moves=list(moves), payments=list(payments), refunds=numbers)
        write([(claim.head, draft)])
    return claim.posted


@api.unit
def post_many(items: Sequence[tuple[Entry, Draft]]) -> list[Posted]:
    """Post thousands of journals at once, in few statements; those posted before are left out."""
    entries = [entry for entry, _draft in items]
    claims = claim_all(entries, [draft.moves for _entry, draft in items])
    fresh = [
        (claim.head, draft)
        for claim, (_entry, draft) in zip(claims, items, strict=True)
        if claim.fresh
    ]
    write(fresh)
    return [claim.posted for claim in claims]


def claim_one(entry: Entry, asked: Any) -> Claim:
    """Write a journal's head before anything is read or computed, or find the one there is."""
    return claim_all([entry], [asked])[0]


def claim_all(entries: Sequence[Entry], asked: Sequence[Any]) -> list[Claim]:
    """Claim many keys in one statement."""
    api.fail_point("before_journal")
    business_days: dict[int | None, dt.date] = {}
    heads: dict[str, dict[str, Any]] = {}
    hashes: list[tuple[str, str]] = []
    for entry, told in zip(entries, asked, strict=True):
        digest = request_hash(entry, told)
        hashes.append((entry.key, digest))
        if entry.store_id not in business_days and entry.business_on is None:
            business_days[entry.store_id] = book_day_of(entry.store_id)
        day = entry.business_on or business_days[entry.store_id]
        heads.setdefault(entry.key, _head(entry, digest, day))
    try:
        rows = insert_rows(JOURNAL, list(heads.values()), ("id", "idem_key"), ("idem_key",))
    except sa.exc.IntegrityError as problem:
        explain(problem)
    fresh = {key: number for number, key in rows}
    claims = {key: Claim({**heads[key], "id": number}, True) for key, number in fresh.items()}
    claims |= _find_claims([key for key in heads if key not in fresh])
    for key, digest in hashes:
        if claims[key].head["request_hash"] != digest:
            raise KeyUsed
    return [claims[key] for key, _digest in hashes]


def _head(entry: Entry, digest: str, day: dt.date) -> dict[str, Any]:
    who = api.actor()
    return {
        "idem_key": entry.key,
        "request_hash": digest,
        "code": entry.code,
        "ref": entry.ref,
        "store_id": entry.store_id,
        "business_on": day,
        "posted_at": api.now(),
        "actor_id": who.user_id,
        "approver_id": entry.approver_id,
        "agreed_by": entry.agreed_by,
        "device": entry.device or (f"till:{who.till_id}" if who.till_id else None),
        "reverses_id": entry.reverses_id,
        "note": entry.note,
    }


def book_day_of(store_id: int | None) -> dt.date:
    """Return the day into whose books goes what happens now: today, or the next open day."""
    today = business_day_of(store_id)
    open_on: dt.date | None = api.first_answer(ledger_book_day, store_id=store_id, day=today)
    return open_on or today


def business_day_of(store_id: int | None) -> dt.date:
    """Return the business day of now in a store, or in the chain's time zone."""
    store = api.db.session.get(api.Store, store_id) if store_id else None
    if store is None:
        return api.business_day(api.now(), TIME_ZONE)
    return api.business_day(api.now(), store.time_zone, store.cut_off_minutes)


def _find_claims(keys: Sequence[str]) -> dict[str, Claim]:
    rows = BY_KEY.rows([(key,) for key in keys])
    return {row.idem_key: Claim(dict(row._mapping), False) for row in rows}


def lock_payment(ref: str) -> Any:
    """Return the payment of a reference, locked until the unit ends."""
    found = api.db.session.execute(
        sa.select(PAYMENT).where(PAYMENT.c.ref == ref).with_for_update(key_share=True)
    ).one_or_none()
    if found is None:
        raise api.NotFound(api._("There is no payment of this reference."))
    return found


def write(
    journals: Sequence[tuple[dict[str, Any], Draft]], known: Mapping[Name, int] | None = None
) -> None:
    """Write all that the claimed *journals* bring, in few statements however many they are.

    *known* spares looking up the accounts whose numbers are at hand.
    """
    try:
        _write(journals, dict(known or {}))
    except sa.exc.IntegrityError as problem:
        explain(problem)
    api.fail_point("after_legs")


def _write(journals: Sequence[tuple[dict[str, Any], Draft]], ids: dict[Name, int]) -> None:
    names = set(_names(draft for _head, draft in journals))
    ids |= open_accounts(names - ids.keys())
    lock_accounts(ids.values())
    payments = _insert_payments(journals)
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in TABLES}
    digests: list[tuple[int, bytes, dict[int, Name]]] = []
    for head, draft in journals:
        journal_id = head["id"]
        parts = _parts(draft, ids, payments)
        for kind, some in parts.items():
            rows[kind] += [{"journal_id": journal_id, **row} for row in some]
        legs = [
            (
                side_of(move.debit, ids[move.debit]),
                side_of(move.credit, ids[move.credit]),
                move.debit.unit,
                move.amount,
            )
            for move in draft.moves
        ]
        digest = journal_digest(
            head,
            legs,
            payments=[{"ref": ref, "amount": amount} for ref, amount in draft.payments],
            refunds=parts["refunds"],
            lots=parts["lots"],
            uses=parts["uses"],
            handovers=parts["handovers"],
        )
        digests.append((journal_id, digest, _members_of(draft, ids)))
    for kind, table in TABLES.items():
        insert_rows(table, rows[kind])
    chains = Chains({number for _id, _digest, members in digests for number in members})
    for journal_id, digest, members in digests:
        chains.add(journal_id, digest, members)
    chains.write()


def _names(drafts: Iterable[Draft]) -> Iterable[Name]:
    for draft in drafts:
        for move in draft.moves:
            if move.debit.unit != move.credit.unit:
                raise ValueError(f"{move.debit.unit} cannot move to {move.credit.unit}")
            yield move.debit
            yield move.credit
        for lot in draft.lots:
            yield from (value for value in lot.values() if isinstance(value, Name))


def _insert_payments(journals: Sequence[tuple[dict[str, Any], Draft]]) -> dict[str, int]:
    rows = [
        {"journal_id": head["id"], "ref": ref, "amount": amount, "refunded": 0}
        for head, draft in journals
        for ref, amount in draft.payments
    ]
    return {row.ref: row.id for row in insert_rows(PAYMENT, rows, ("ref", "id"))}


def _parts(
    draft: Draft, ids: dict[Name, int], payments: dict[str, int]
) -> dict[str, list[dict[str, Any]]]:
    return {
        "legs": [
            {
                "debit_id": ids[move.debit],
                "credit_id": ids[move.credit],
                "unit": move.debit.unit,
                "amount": move.amount,
            }
            for move in draft.moves
        ],
        "refunds": [{"payment_id": number, "amount": amount} for number, amount in draft.refunds],
        "lots": [
            {key: ids[value] if isinstance(value, Name) else value for key, value in lot.items()}
            for lot in draft.lots
        ],
        "handovers": [
            {
                "account_id": change.account_id,
                "from_id": change.before.owner_id,
                "from_part": change.before.part,
                "to_id": change.after.owner_id,
                "to_part": change.after.part,
            }
            for change in draft.changes
        ],
        "uses": [
            {**use, "payment_id": payments.get(use["payment_id"], use["payment_id"])}
            for use in draft.uses
        ],
    }


def _members_of(draft: Draft, ids: dict[Name, int]) -> dict[int, Name]:
    sides = (side for move in draft.moves for side in (move.debit, move.credit))
    named = {ids[name]: name for name in sides if name.owner == MEMBER}
    return named | {change.account_id: change.after for change in draft.changes}
