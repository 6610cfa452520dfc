"""Opening accounts by name, and locking them in the one order that everybody keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from console import api
from plugins.ledger.chart import KINDS, Name
from plugins.ledger.models import Account
from plugins.ledger.services.problems import explain

T = TypeVar("T")
ACCOUNT: Any = Account.__table__
#: Row values in one statement: well under the 32,766 parameters that SQLite takes.
CHUNK = 2_000
#: Above this it is quicker to try the insert first than to look first.
FEW = 50


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut *items* into pieces that fit into one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def is_postgresql() -> bool:
    """Tell whether the database is PostgreSQL, where rows must be locked by hand."""
    return api.db.session.get_bind().dialect.name == "postgresql"


def insert_new(table: sa.Table) -> Any:
    """Return an INSERT that silently leaves out rows that are there already."""
    dialect: Any = postgresql if is_postgresql() else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


@api.unit
def open_accounts(names: Iterable[Name]) -> dict[Name, int]:
    """Return the numbers of accounts, opening those that are not there yet."""
    wanted = list(dict.fromkeys(names))
    found = find_accounts(wanted) if len(wanted) <= FEW else {}
    missing = sorted(name for name in wanted if name not in found)
    if missing:
        rows = [_row(name) for name in missing]
        opened = insert_new(ACCOUNT).returning(ACCOUNT.c.id, *_name_columns())
        found |= {Name(*name): number for number, *name in api.db.session.execute(opened, rows)}
        found |= find_accounts([name for name in missing if name not in found])
    return found


def open_account(name: Name) -> int:
    """Return the number of an account, opening it if it is not there yet; in a unit."""
    return open_accounts([name])[name]


def find_accounts(names: Sequence[Name]) -> dict[Name, int]:
    """Return the numbers of those accounts that are there."""
    found: dict[Name, int] = {}
    key = sa.tuple_(*_name_columns())
    for some in chunks(names):
        rows = api.db.session.execute(
            sa.select(ACCOUNT.c.id, *_name_columns()).where(key.in_(some))
        )
        found |= {Name(*name): number for number, *name in rows}
    return found


def lock_accounts(ids: Iterable[int]) -> None:
    """Lock accounts until the unit ends, by ascending number; SQLite is locked as a whole."""
    if not is_postgresql():
        return
    for some in chunks(sorted(set(ids))):
        api.db.session.execute(
            sa.select(ACCOUNT.c.id)
            .where(ACCOUNT.c.id.in_(some))
            .order_by(ACCOUNT.c.id)
            .with_for_update(key_share=True)
        )


@api.unit
def close_account(name: Name) -> None:
    """Close an account for good; one that still holds something is refused."""
    number = open_account(name)
    try:
        api.db.session.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == number).values(closed=True))
    except sa.exc.IntegrityError as problem:
        explain(problem)


def _name_columns() -> tuple[Any, ...]:
    return tuple(ACCOUNT.c[field] for field in Name._fields)


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
