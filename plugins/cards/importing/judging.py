"""Judging rows of old cards in the light of the members and cards that are there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cards.models import Card, Part
from plugins.cards.permissions import TAKE_IN
from plugins.ledger.api import Lot
from plugins.membership.api import Alias, KnownStore, Member, kept_file_of

ZONE = "Asia/Shanghai"
CHUNK = 500
Values = dict[str, Any]
Fault = tuple[api.StagedRow, str, str]


def judge_rows(rows: Sequence[api.StagedRow]) -> Iterator[Fault]:
    """Complete what rows say of prices, and yield what is wrong with them."""
    owners = owners_of(rows)
    for row in rows:
        yield from ((row, field, what) for field, what in _price_faults(row.values))
        yield from ((row, field, what) for field, what in _day_faults(row.values))
        yield from ((row, field, what) for field, what in _owner_faults(row, owners))
    yield from _taken_before(rows, owners)


def owners_of(rows: Sequence[api.StagedRow]) -> Mapping[int, Sequence[Member]]:
    """Return the members that each row may mean, by its number: by phone, else by number."""
    by_phone = _members_by(Member.phone, _said(rows, "phone"))
    numbers = _said([row for row in rows if not row.values.get("phone")], "number")
    by_number = _members_by(Member.number, [number.upper() for number in numbers])
    by_alias = _members_by(Alias.number, numbers)
    found = {}
    for row in rows:
        phone, number = (str(row.values.get(field) or "") for field in ("phone", "number"))
        by_own = by_number.get(number.upper(), []) or by_alias.get(number, [])
        found[row.number] = by_phone.get(phone, []) if phone else by_own
    return found


def _said(rows: Sequence[api.StagedRow], field: str) -> list[str]:
    return list(dict.fromkeys(str(value) for row in rows if (value := row.values.get(field))))


def _members_by(column: Any, wanted: Sequence[str]) -> dict[str, list[Member]]:
    """Return the members within the person's reach by what identifies them."""
    stores = TAKE_IN.stores()
    found: dict[str, list[Member]] = defaultdict(list)
    for start in range(0, len(wanted), CHUNK):
        query = sa.select(column, Member).where(column.in_(wanted[start : start + CHUNK]))
        if column.class_ is Alias:
            query = query.join(Alias, Alias.member_id == Member.id)
        if stores is not None:
            known = sa.select(KnownStore.member_id).where(KnownStore.store_id.in_(stores))
            query = query.where(Member.id.in_(known))
        for text, member in api.db.session.execute(query.order_by(Member.id)):
            kept = member
            if member.gone_at is not None:
                kept = api.db.session.get_one(Member, kept_file_of(member.id))
            if kept not in found[text]:
                found[text].append(kept)
    return found


def _owner_faults(
    row: api.StagedRow, owners: Mapping[int, Sequence[Member]]
) -> Iterator[tuple[str, str]]:
    if any(problem.field == "phone" for problem in row.problems):
        return
    known = owners[row.number]
    if not row.values.get("phone") and not row.values.get("number"):
        yield "phone", "missing"
    elif not known:
        yield "phone", "nobody"
    elif len(known) > 1:
        yield "phone", "several"
    elif (name := row.values.get("name")) and name != known[0].name:
        yield "name", "other"


def is_pass(values: Mapping[str, Any]) -> bool:
    """Tell whether a row may mean a pass: it counts nothing, but has a last day and a price."""
    counted = any(values.get(field) is not None for field in ("left", "unit_fen"))
    counted = counted or bool(values.get("free") or values.get("bought"))
    return not counted and bool(values.get("until_on") and values.get("original_fen"))


def _price_faults(values: Values) -> Iterator[tuple[str, str]]:
    left, free = values.get("left") or 0, values.get("free") or 0
    if is_pass(values):
        return
    if left <= 0:
        if left == 0 and (not free or values.get("value_fen")):
            yield "left", "nothing"
        return
    unit, value = values.get("unit_fen"), values.get("value_fen")
    if unit is None and value is None:
        value = _share_left(values, left)
        if value is None:
            yield "unit_fen", "none"
            return
    if unit is None and value is not None:
        values["unit_fen"] = value // left
    elif unit is not None:
        if value not in (None, unit * left):
            yield "value_fen", "differs"
        value = unit * left
    values["value_fen"] = value


def _share_left(values: Values, left: int) -> int | None:
    """Return what of the card's price falls on the sessions that are left."""
    original, bought = values.get("original_fen"), values.get("bought") or 0
    return original * left // bought if original is not None and bought >= left else None


def _day_faults(values: Values) -> Iterator[tuple[str, str]]:
    today = api.today(ZONE)
    until, sold = day_of(values, "until_on"), day_of(values, "sold_on")
    if sold is not None and sold > today:
        yield "sold_on", "future"
    if until is not None and sold is not None and until < sold:
        yield "until_on", "before_sale"
    elif until is not None and until < today:
        yield "until_on", "over"


def day_of(values: Mapping[str, Any], field: str) -> dt.date | None:
    """Return a day of a row."""
    text = values.get(field)
    return dt.date.fromisoformat(text) if text else None


def _taken_before(
    rows: Sequence[api.StagedRow], owners: Mapping[int, Sequence[Member]]
) -> Iterator[Fault]:
    """Yield the rows whose like an earlier import brought."""
    single = {row.number: owners[row.number][0].id for row in rows if len(owners[row.number]) == 1}
    known = _cards_of(sorted(set(single.values())))
    for row in rows:
        if row.number in single and (single[row.number], *_likeness(row.values)) in known:
            yield row, "card_name", "taken"


def _likeness(values: Mapping[str, Any]) -> tuple[Any, ...]:
    until = day_of(values, "until_on")
    if is_pass(values):
        return until, 0, 0, values.get("original_fen")
    return until, values.get("left") or 0, values.get("free") or 0, values.get("value_fen") or 0


def _cards_of(members: Sequence[int]) -> set[tuple[Any, ...]]:
    found: set[tuple[Any, ...]] = set()
    count = sa.func.coalesce
    for start in range(0, len(members), CHUNK):
        rows: Iterable[Any] = api.db.session.execute(
            sa.select(
                Card.member_id,
                Card.until_on,
                count(Lot.paid, 0),
                count(Lot.gift, 0),
                count(Lot.price_fen, Card.price_fen),
            )
            .join(Part, Part.card_id == Card.id)
            .outerjoin(Lot, Lot.id == Part.lot_id)
            .where(Card.source == "opening", Card.key.startswith("import:"))
            .where(Card.member_id.in_(members[start : start + CHUNK]))
        )
        found |= {tuple(row) for row in rows}
    return found
