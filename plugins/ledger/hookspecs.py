"""The hooks that the ledger calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from console import api


@api.first
def ledger_book_day(store_id: int | None, day: dt.date) -> dt.date | None:
    """Name the first open day from *day* on in a store's books, or in those of the chain.

    Whatever is posted without a day of its own goes there; None leaves it where it is.
    """
    raise NotImplementedError


@api.collect
def ledger_owner_names(owner: str, ids: Sequence[int]) -> Iterable[tuple[int, str]]:
    """Yield the names of those whose accounts these are, such as members, with their numbers."""
    raise NotImplementedError


#: The hooks that are called; the manifest declares them.
HOOKS = (ledger_book_day, ledger_owner_names)
