"""Contracts of what members paid ahead: how each plugin names its own, for lists of all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from console import api


@dataclass(frozen=True)
class ContractNote:
    """A contract of a member, in the reader's words: for staff at *url*, for her at *own_url*.

    *ended* says what ended it; "" while it holds. Without *signed_at* she has not agreed yet.
    """

    made_at: dt.datetime
    title: str
    signed_at: dt.datetime | None
    url: str
    own_url: str
    ended: str = ""

    @property
    def wanted(self) -> bool:
        """Tell whether her signature is still wanted."""
        return self.signed_at is None and not self.ended


@api.collect
def cashier_contracts(member_id: int) -> Iterable[ContractNote]:
    """Name the contracts of a member, for the list on her file and on her phone."""
    raise NotImplementedError


CONTRACT_HOOKS: tuple[Any, ...] = (cashier_contracts,)
