"""Opening accounts by name, and locking them in the one order that everybody keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import KINDS, MEMBER, Name
from plugins.ledger.models import Account, Heir
from plugins.ledger.services.bulk import MANY, Lookup, insert_rows, is_postgresql
from plugins.ledger.services.problems import FileMerged, explain

ACCOUNT: Any = Account.__table__
NAME: Any = tuple(ACCOUNT.c[field] for field in Name._fields)
HEIR: Any = Heir.__table__
HEIRS = Lookup([HEIR.c.member_id], [HEIR.c.member_id])
BY_NAME = Lookup([ACCOUNT.c.id, *NAME], NAME)


@api.unit
def open_accounts(names: Iterable[Name]) -> dict[Name, int]:
    """Return the numbers of accounts, opening those that are not there yet.

    `FileMerged` when one would be opened for a member whose accounts went to another file.
    """
    wanted = list(dict.fromkeys(names))
    found = find_accounts(wanted) if len(wanted) < MANY else {}
    missing = sorted(name for name in wanted if name not in found)
    _refuse_merged(missing)
    rows = [_row(name) for name in missing]
    opened = insert_rows(ACCOUNT, rows, ("id", *Name._fields), Name._fields)
    found |= {Name(*name): number for number, *name in opened}
    return found | find_accounts([name for name in missing if name not in found])


def open_account(name: Name) -> int:
    """Return the number of an account, opening it if it is not there yet; in a unit."""
    return open_accounts([name])[name]


def find_accounts(names: Sequence[Name]) -> dict[Name, int]:
    """Return the numbers of those accounts that are there."""
    return {Name(*name): number for number, *name in BY_NAME.rows(names)}


def lock_accounts(ids: Iterable[int]) -> None:
    """Lock accounts until the unit ends, by ascending number; SQLite is locked as a whole."""
    if is_postgresql():
        wanted = ACCOUNT.c.id == sa.any_(sa.literal(sorted(set(ids)), sa.ARRAY(sa.BigInteger)))
        locked = sa.select(ACCOUNT.c.id).where(wanted).order_by(ACCOUNT.c.id)
        api.db.session.execute(locked.with_for_update(key_share=True))


def _refuse_merged(names: Sequence[Name]) -> None:
    members = sorted({name.owner_id for name in names if name.owner == MEMBER})
    if next(HEIRS.rows([(number,) for number in members]), None) is not None:
        raise FileMerged


@api.unit
def close_account(name: Name) -> None:
    """Close an account for good; one that still holds something is refused."""
    number = open_account(name)
    try:
        api.db.session.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == number).values(closed=True))
    except sa.exc.IntegrityError as problem:
        explain(problem)


def _row(name: Name) -> dict[str, Any]:
    kind = KINDS.get(name.kind)
    if kind is None or not kind.accepts(name.unit):
        raise ValueError(f"the chart has no account {name.kind!r} in {name.unit!r}")
    return {
        **name._asdict(),
        "bound": kind.bound,
        "total": kind.total,
        "debits": 0,
        "credits": 0,
        "closed": False,
        "opened_at": api.now(),
    }
