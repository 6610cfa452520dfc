"""QR codes to join by: short links that say through which store, person and channel one came."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from plugins.membership.models import JoinCode
from plugins.salon.api import Staff

#: Digits and letters that nobody confuses when a poster is read aloud.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
TOKEN = re.compile(rf"[{LETTERS}]{{10}}")


@dataclass(frozen=True)
class FoundCode:
    """A scanned code as it counts now; one has ended when its person left, its store stays."""

    id: int
    store_id: int
    staff_id: int | None
    channel: str
    ended: bool


def new_token() -> str:
    """Return a token that nobody guesses, short enough for a small QR code."""
    return "".join(secrets.choice(LETTERS) for _letter in range(10))


def find_codes(tokens: Sequence[str]) -> list[FoundCode]:
    """Return the codes of these tokens that still lead to a store, in the same order."""
    known = [token for token in tokens if TOKEN.fullmatch(token)]
    if not known:
        return []
    rows = (
        sa.select(JoinCode, Staff.left_on)
        .outerjoin(Staff, Staff.id == JoinCode.staff_id)
        .where(
            JoinCode.token.in_(known),
            sa.or_(JoinCode.active, Staff.left_on.is_not(None)),
        )
    )
    by_token = {
        code.token: FoundCode(
            code.id,
            code.store_id,
            code.staff_id if left_on is None else None,
            code.channel,
            ended=left_on is not None,
        )
        for code, left_on in api.db.session.execute(rows)
    }
    return [by_token[token] for token in known if token in by_token]


def codes_of(staff_id: int) -> int:
    """Return how many codes of a person are in use."""
    rows = sa.select(sa.func.count(JoinCode.id)).where(
        JoinCode.staff_id == staff_id, JoinCode.active
    )
    return api.db.session.scalar(rows) or 0


@api.unit
def end_codes(staff_id: int) -> None:
    """End the codes of a person who leaves; who scans one still comes through its store."""
    hers = sa.select(JoinCode).where(JoinCode.staff_id == staff_id, JoinCode.active)
    for code in api.db.session.scalars(hers.order_by(JoinCode.id)):
        code.active = False


@api.unit
def add_join_code(store_id: int, staff_id: int | None = None, channel: str = "") -> JoinCode:
    """Make a code for a store, perhaps for one of its staff and a channel."""
    code = JoinCode(
        token=new_token(),
        store_id=store_id,
        staff_id=staff_id,
        channel=channel.strip()[:40],
        created_at=api.now(),
        created_by=api.actor().user_id,
    )
    api.db.session.add(code)
    api.db.session.flush()
    return code


@api.unit
def count_scan(code_id: int) -> None:
    """Count a phone that scanned a code."""
    _raise(code_id, scans=JoinCode.scans + 1)


@api.unit
def count_join(code_id: int) -> None:
    """Count somebody who became a member by a code."""
    _raise(code_id, joins=JoinCode.joins + 1)


def _raise(code_id: int, **values: sa.ColumnElement[int]) -> None:
    api.db.session.execute(
        sa.update(JoinCode)
        .where(JoinCode.id == code_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
