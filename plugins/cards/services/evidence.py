"""Evidence: all that the books know of a member's cards, in one file with fingerprints."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cards.models import Card, CardUse, Change, Contract, Pause
from plugins.cards.services.offering import cards_of
from plugins.cashier.api import Objection, Signature
from plugins.ledger.api import Account, Journal, Leg, Lot, heir_of, prove_member
from plugins.membership.api import Member

#: A sheet takes such a first character for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def pack_evidence(member_id: int) -> bytes:
    """Return a ZIP archive with her cards, contracts, uses, journals and objections.

    `manifest.json` has the SHA-256 of each file, and what the check of her chains of hashes
    said.
    """
    member = api.db.session.get_one(Member, heir_of(member_id))
    cards = cards_of(member.id, over=True)
    ids = [card.id for card in cards]
    uses = _rows(CardUse, CardUse.card_id.in_(ids))
    files = {
        "cards.csv": _sheet(_rows(Card, Card.id.in_(ids))),
        "contracts.json": _json(_rows(Contract, Contract.card_id.in_(ids))),
        "uses.csv": _sheet(uses),
        "changes.json": _json(_rows(Change, Change.card_id.in_(ids))),
        "pauses.csv": _sheet(_rows(Pause, Pause.card_id.in_(ids))),
        "signatures.csv": _sheet(_rows(Signature, Signature.member_id == member.id)),
        "objections.csv": _sheet(_rows(Objection, Objection.member_id == member.id)),
        "journals.csv": _sheet(_journals(cards)),
    }
    proof = prove_member(member.id)
    files["manifest.json"] = _json(
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
        }
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def _rows(model: type[Any], wanted: sa.ColumnElement[bool]) -> list[Mapping[str, Any]]:
    table: Any = model.__table__
    rows = api.db.session.execute(sa.select(table).where(wanted).order_by(table.c.id))
    return [dict(row) for row in rows.mappings()]


def _journals(cards: Sequence[Card]) -> list[Mapping[str, Any]]:
    """Return each movement of the lots and prices of some cards, in the order of the book."""
    lots = [part.lot_id for card in cards for part in card.parts if part.lot_id]
    rows = api.db.session.execute(
        sa.select(Lot.paid_account_id, Lot.gift_account_id, Lot.unearned_account_id).where(
            Lot.id.in_(lots)
        )
    )
    accounts = {number for row in rows for number in row if number}
    accounts |= {card.unearned_account_id for card in cards if card.unearned_account_id}
    accounts |= {card.owing_account_id for card in cards if card.owing_account_id}
    touched = sa.or_(Leg.debit_id.in_(accounts), Leg.credit_id.in_(accounts))
    own = sa.case((Leg.debit_id.in_(accounts), Leg.debit_id), else_=Leg.credit_id)
    moved = sa.case((Leg.debit_id.in_(accounts), -Leg.amount), else_=Leg.amount)
    found = api.db.session.execute(
        sa.select(
            Journal.id,
            Journal.posted_at,
            Journal.business_on,
            Journal.code,
            Journal.store_id,
            Journal.ref,
            Journal.agreed_by,
            Journal.device,
            Journal.actor_id,
            Journal.note,
            Account.kind,
            Account.unit,
            moved.label("amount"),
        )
        .join(Leg, Leg.journal_id == Journal.id)
        .join(Account, Account.id == own)
        .where(touched)
        .order_by(Journal.id, Leg.id)
    )
    return [dict(row) for row in found.mappings()]


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
