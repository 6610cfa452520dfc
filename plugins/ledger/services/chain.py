"""Hashes: one over a whole journal, and a chain of them along every account of a member."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from plugins.ledger.chart import KINDS, MEMBER, Name
from plugins.ledger.models import Link
from plugins.ledger.services.bulk import Lookup, insert_rows
from plugins.ledger.services.entries import canonical

LINK: Any = Link.__table__
_own: Any = LINK.alias("own")
_last: Any = sa.select(sa.func.max(_own.c.number)).where(_own.c.account_id == LINK.c.account_id)
HEADS = Lookup(
    [LINK.c.account_id, LINK.c.number, LINK.c.head],
    [LINK.c.account_id],
    LINK.c.number == _last.scalar_subquery(),
)
JOURNAL_FIELDS = (
    "id",
    "idem_key",
    "request_hash",
    "code",
    "ref",
    "store_id",
    "business_on",
    "posted_at",
    "actor_id",
    "approver_id",
    "agreed_by",
    "device",
    "reverses_id",
    "note",
)
LOT_FIELDS = (
    "number",
    "kind",
    "unit",
    "product",
    "purse",
    "rank",
    "split",
    "price_fen",
    "paid",
    "gift",
    "sold_on",
    "paid_account_id",
    "gift_account_id",
    "unearned_account_id",
)
USE_FIELDS = (
    "lot_id",
    "number",
    "payment_id",
    "restores_id",
    "paid",
    "gift",
    "income_fen",
    "list_fen",
    "deal_fen",
    "staff_id",
    "used_after",
    "earned_after",
)
HANDOVER_FIELDS = ("account_id", "from_id", "from_part", "to_id", "to_part")
PAYMENT_FIELDS = ("ref", "amount")
REFUND_FIELDS = ("payment_id", "amount")


def side_of(name: Name, account_id: int) -> list[Any]:
    """Return what stands for one side of a leg: a member's account may change hands."""
    return [account_id] if name.owner == MEMBER else list(name)


def journal_digest(
    journal: Mapping[str, Any],
    legs: Iterable[Sequence[Any]],
    *,
    payments: Iterable[Mapping[str, Any]] = (),
    refunds: Iterable[Mapping[str, Any]] = (),
    lots: Iterable[Mapping[str, Any]] = (),
    uses: Iterable[Mapping[str, Any]] = (),
    handovers: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """Return the hash of a journal and of all that belongs to it, in whatever order it comes.

    *legs* are (debit side, credit side, unit, amount).
    """
    told = [
        [journal[field] for field in JOURNAL_FIELDS],
        sorted(canonical(leg).decode() for leg in legs),
        *(
            sorted(canonical(_told(row, fields)).decode() for row in rows)
            for fields, rows in (
                (PAYMENT_FIELDS, payments),
                (REFUND_FIELDS, refunds),
                (LOT_FIELDS, lots),
                (USE_FIELDS, uses),
                # Journals that were hashed before accounts could change hands have no such part.
                *([(HANDOVER_FIELDS, handovers)] if handovers else []),
            )
        ),
    ]
    return hashlib.sha256(canonical(told)).digest()


def _told(row: Mapping[str, Any], fields: Sequence[str]) -> list[Any]:
    """Return the fields of a row; a term that lots of before had not counts where there is one."""
    later = [row[term] for term in ("gift_bars", "gift_until_on") if row.get(term)]
    return [*(row[field] for field in fields), *later]


def next_head(before: bytes, digest: bytes, account_id: int, number: int, name: Name) -> bytes:
    """Return the hash of an account's link, over the link before it and the journal."""
    bound = KINDS[name.kind].bound if name.kind in KINDS else ""
    return hashlib.sha256(before + digest + canonical([account_id, number, bound, *name])).digest()


class Chains:
    """The heads of some accounts' chains, to which links are added journal by journal."""

    def __init__(self, account_ids: Iterable[int]) -> None:
        self._heads = _read_heads(sorted(account_ids))
        self._links: list[dict[str, Any]] = []

    def add(self, journal_id: int, digest: bytes, accounts: Mapping[int, Name]) -> None:
        """Add a link to each of *accounts*."""
        for account_id, name in sorted(accounts.items()):
            number, before = self._heads.get(account_id, (0, b""))
            head = next_head(before, digest, account_id, number + 1, name)
            self._heads[account_id] = (number + 1, head)
            self._links.append(
                {
                    "account_id": account_id,
                    "number": number + 1,
                    "journal_id": journal_id,
                    "owner_id": name.owner_id,
                    "head": head,
                }
            )

    def write(self) -> None:
        """Insert the links."""
        insert_rows(LINK, self._links, ("account_id",))


def _read_heads(account_ids: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    rows = HEADS.rows([(account_id,) for account_id in account_ids])
    return {account_id: (number, bytes(head)) for account_id, number, head in rows}
