"""What was taken from a member, as she may object to it: how others tell of it, and who answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console import api
from console.api import _

ANSWER_OBJECTIONS = api.Permission(
    "cashier.answer_objections",
    _("Answer members' objections to what was taken from them"),
    ("manager",),
)
DAYS = api.Setting(
    "cashier.objection_days",
    _("Days within which a member may object to what was taken"),
    30,
    least=1,
)


@dataclass(frozen=True)
class Deduction:
    """Something that was taken from a member: what it was, how she agreed, and who did it.

    `title` are words that are kept, `lines` the numbers of the bill lines that it paid.
    `give_back`, where there is one, gives it back in the running unit, for a reason; it is refused
    where somebody has to do more first. What was given back already does not stand any more.
    """

    about: str
    member_id: int
    store_id: int
    at: dt.datetime
    title: Mapping[str, Any]
    amount: str
    agreed_by: str | None
    journal_id: int | None = None
    bill_id: int | None = None
    lines: Sequence[int] = ()
    people: Sequence[str] = ()
    device: str = ""
    by: str = ""
    stands: bool = True
    url: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    give_back: Callable[[str], object] | None = None


@api.first
def cashier_find_deduction(about: str) -> Deduction | None:
    """Tell of something that was taken: "journal:12", or a name of your own; None if not yours."""
    raise NotImplementedError


DEDUCTION_HOOKS: tuple[Any, ...] = (cashier_find_deduction,)


def about_journal(journal_id: int) -> str:
    """Name what a journal of the ledger took."""
    return f"journal:{journal_id}"
