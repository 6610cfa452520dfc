"""One row of the fraud sheet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Oddity:
    """One thing to look at; *url* leads to it."""

    kind: str
    at: dt.datetime
    store_id: int | None
    user_id: int | None
    what: str
    fen: int
    reason: str
    url: str
