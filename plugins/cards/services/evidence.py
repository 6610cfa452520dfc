"""Evidence: all that the books know of a member's cards and balance, with fingerprints."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cards.models import Card, CardUse, Change, Contract, Pause
from plugins.cards.services.offering import cards_of
from plugins.cashier.api import Objection, Signature, TopUpContract
from plugins.ledger.api import (
    BONUS,
    PRINCIPAL,
    Account,
    Journal,
    Leg,
    Lot,
    Proof,
    heir_of,
    last_seal,
    prove_member,
)
from plugins.membership.api import Member

#: A sheet takes such a first character for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def pack_evidence(member_id: int) -> bytes:
    """Return a ZIP archive with her cards, stored value, journals, signatures and objections.

    Each movement says how it was agreed, with the fingerprint of its journal and of what she
    signed. `manifest.json` has the SHA-256 of each file, what the check of her chains of hashes
    said, and the last seal of the books.
    """
    member = api.db.session.get_one(Member, heir_of(member_id))
    proof = prove_member(member.id)
    files = _files(member.id, proof)
    files["manifest.json"] = _manifest(member, files, proof)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def _rows(model: type[Any], wanted: sa.ColumnElement[bool]) -> list[Mapping[str, Any]]:
    table: Any = model.__table__
    rows = api.db.session.execute(sa.select(table).where(wanted).order_by(table.c.id))
    return [dict(row) for row in rows.mappings()]


def _files(member_id: int, proof: Proof) -> dict[str, bytes]:
    """Return what is packed, by the names of the files."""
    cards = cards_of(member_id, over=True)
    ids = [card.id for card in cards]
    # Those of a card that she gave away too.
    own_uses = sa.or_(CardUse.card_id.in_(ids), CardUse.member_id == member_id)
    signatures = _rows(Signature, Signature.member_id == member_id)
    told = _Told(proof.digests, {row["purpose"]: row["digest"] for row in signatures})
    balance = _balance_of(member_id)
    return {
        "cards.csv": _sheet(_rows(Card, Card.id.in_(ids))),
        "contracts.json": _json(_rows(Contract, Contract.card_id.in_(ids))),
        "top_up_contracts.json": _json(_rows(TopUpContract, TopUpContract.member_id == member_id)),
        "uses.csv": _sheet(_rows(CardUse, own_uses)),
        "changes.json": _json(_rows(Change, Change.card_id.in_(ids))),
        "pauses.csv": _sheet(_rows(Pause, Pause.card_id.in_(ids))),
        "signatures.csv": _sheet(signatures),
        "objections.csv": _sheet(_rows(Objection, Objection.member_id == member_id)),
        "journals.csv": _sheet(_journals(_accounts_of(cards), told)),
        "top_ups.csv": _sheet(_rows(Lot, Lot.paid_account_id.in_(balance))),
        "stored_value.csv": _sheet(_journals(balance, told)),
    }


def _manifest(member: Member, files: Mapping[str, bytes], proof: Proof) -> bytes:
    seal = last_seal()
    return _json(
        {
            "member": member.number,
            "made_at": api.now().isoformat(),
            "made_by": api.actor().name,
            "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
            "chain": {
                "journals": proof.journals,
                "accounts": proof.accounts,
                "whole": proof.ok,
                "broken": proof.broken,
                "digest": proof.digest,
            },
            "seal": vars(seal) if seal else None,
        }
    )


@dataclass(frozen=True)
class _Told:
    """Fingerprints of journals by number, and of signatures by what was signed for."""

    journals: Mapping[int, str]
    signed: Mapping[str, str]


def _accounts_of(cards: Sequence[Card]) -> set[int]:
    """Return the accounts of the lots and prices of some cards."""
    lots = [part.lot_id for card in cards for part in card.parts if part.lot_id]
    rows = api.db.session.execute(
        sa.select(Lot.paid_account_id, Lot.gift_account_id, Lot.unearned_account_id).where(
            Lot.id.in_(lots)
        )
    )
    accounts = {number for row in rows for number in row if number}
    accounts |= {card.unearned_account_id for card in cards if card.unearned_account_id}
    return accounts | {card.owing_account_id for card in cards if card.owing_account_id}


def _balance_of(member_id: int) -> sa.Select[int]:
    """Return the accounts of a member's principal and bonus, past ones too."""
    return sa.select(Account.id).where(
        Account.owner == "member",
        Account.owner_id == member_id,
        Account.unit.in_((PRINCIPAL, BONUS)),
    )


def _journals(accounts: set[int] | sa.Select[int], told: _Told) -> list[Mapping[str, Any]]:
    """Return each movement of some accounts, in the order of the book."""
    found: list[Any] = []
    for own, amount in ((Leg.debit_id, -Leg.amount), (Leg.credit_id, Leg.amount)):
        query = _movements(amount).join(Account, Account.id == own).where(own.in_(accounts))
        found += api.db.session.execute(query).mappings()
    return [
        {
            **row,
            "fingerprint": told.journals.get(row["id"], ""),
            "signed": told.signed.get(row["ref"] or "", ""),
        }
        for row in sorted(found, key=lambda row: (row["id"], row["leg"], row["amount"]))
    ]


def _movements(amount: Any) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Journal.id,
        Journal.posted_at,
        Journal.business_on,
        Journal.code,
        Journal.store_id,
        Journal.ref,
        Journal.agreed_by,
        Journal.device,
        Journal.actor_id,
        Journal.approver_id,
        Journal.reverses_id,
        Journal.note,
        Account.kind,
        Account.unit,
        Leg.id.label("leg"),
        amount.label("amount"),
    ).join(Leg, Leg.journal_id == Journal.id)


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1, default=str).encode()


def _sheet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    if rows:
        writer = csv.writer(text)
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow([_cell(value) for value in row.values()])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value
