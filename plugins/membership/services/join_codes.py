"""QR codes to join by: short links that say through which store, person and channel one came."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from plugins.membership.models import JoinCode

#: Digits and letters that nobody confuses when a poster is read aloud.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
TOKEN = re.compile(rf"[{LETTERS}]{{10}}")


def new_token() -> str:
    """Return a token that nobody guesses, short enough for a small QR code."""
    return "".join(secrets.choice(LETTERS) for _letter in range(10))


def find_codes(tokens: Sequence[str]) -> list[JoinCode]:
    """Return the codes of these tokens that are in use, in the same order."""
    known = [token for token in tokens if TOKEN.fullmatch(token)]
    if not known:
        return []
    rows = api.db.session.scalars(
        sa.select(JoinCode).where(JoinCode.token.in_(known), JoinCode.active)
    )
    by_token = {row.token: row for row in rows}
    return [by_token[token] for token in known if token in by_token]


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
