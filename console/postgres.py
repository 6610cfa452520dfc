"""What psycopg does anew for every statement, and a console on PostgreSQL need not do.

Loaded only where the database is PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast, overload

import psycopg
from psycopg import Column, _queries
from psycopg.rows import TupleRow

#: Bytes of a statement up to which psycopg remembers where its values go (3.3: 4096). A list
#: whose columns come from many plugins is longer, and was read letter by letter for each page.
LONGEST_STATEMENT = 1 << 14

_queries.MAX_CACHED_STATEMENT_LENGTH = LONGEST_STATEMENT


class Columns(Sequence[Column]):
    """The columns of an answer, each described when it is asked for."""

    def __init__(self, cursor: Cursor, count: int) -> None:
        self._cursor, self._count = cursor, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Column: ...
    @overload
    def __getitem__(self, place: slice) -> list[Column]: ...
    def __getitem__(self, place: int | slice) -> Column | list[Column]:
        return self._cursor.describe()[place]


class Cursor(psycopg.Cursor[TupleRow]):
    """Says that there are columns without describing them.

    SQLAlchemy asks for the description of every answer, and reads it for the first of a
    statement only.
    """

    def describe(self) -> list[Column]:
        """Describe the columns of the answer at hand."""
        return super().description or []

    @property
    def description(self) -> list[Column] | None:
        """The columns of the answer, as psycopg tells them; None if it has none."""
        answer = self.pgresult
        if answer is None or not answer.nfields:
            return super().description
        return cast(list[Column], Columns(self, answer.nfields))
