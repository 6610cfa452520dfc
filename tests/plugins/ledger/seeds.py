"""Bugs to plant: each is one that was made, or nearly made, in some ledger; all must be found.

A seed changes a function of the ledger or a trigger of the database, as a careless edit would.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa

from console import api
from plugins.ledger.services import allotting, lots, points, posting, reversing, spending
from plugins.ledger.services.entries import Draft, Entry


@dataclass(frozen=True)
class Seed:
    """A bug: what it breaks, the functions it swaps, the SQL it runs by engine."""

    breaks: str
    swaps: tuple[tuple[Any, str, Any], ...] = ()
    sql: dict[str, tuple[tuple[str, str], ...]] | None = None


def _halves_rounded_down(amount: int, paid: int, gift: int, split: str) -> tuple[int, int]:
    whole = paid + gift
    return amount * paid // whole, amount * gift // whole


def _rounded_up(price: int, used: int, whole: int) -> int:
    return -(-price * used // whole) if whole else 0


def _every_request_alike(entry: Entry, asked: Any) -> str:
    return entry.code


_claim = posting.claim_one
_sent = iter(range(1_000_000_000))


def _claimed_anew(entry: Entry, asked: Any) -> posting.Claim:
    return _claim(replace(entry, key=f"{entry.key}#{next(_sent)}"), asked)


_lots_of = lots.lots_of


def _newest_first(*args: Any, **kwargs: Any) -> list[lots.LotState]:
    return _lots_of(*args, **kwargs)[::-1]


_uses_of = spending._uses_of


def _first_taken_first(line_ref: str) -> list[Any]:
    return _uses_of(line_ref)[::-1]


_mirror = reversing._mirror


def _without_refunds(journal_ids: list[int]) -> Any:
    drafts, known = _mirror(journal_ids)
    for draft in drafts.values():
        draft.refunds.clear()
    return drafts, known


_take = points._take


def _wrong_end(entry: Entry, member_id: int, amount: int, *, newest_first: bool) -> Any:
    return _take(entry, member_id, amount, newest_first=not newest_first)


_lock = points._lock


def _debt_forgotten(names: Iterable[Any]) -> Any:
    return {
        name: 0 if name.kind == "points_debt" else amount for name, amount in _lock(names).items()
    }


def _earned_is_kept(
    self: lots.RunningTotals, use: Any, paid: int, gift: int, income_fen: int
) -> dict[str, Any]:
    row = _give_back(self, use, paid, gift, income_fen)
    self.earned_fen += income_fen
    return {**row, "earned_after": self.earned_fen}


_give_back = lots.RunningTotals.give_back


def _half_restored(*args: Any) -> Draft:
    draft = _restored(*args)
    return replace(draft, moves=draft.moves[:1], uses=draft.uses)


_restored = spending._give_back
BUMP = {"sqlite": "ledger_leg_bump", "postgresql": "ledger_leg_bump()"}
CREDIT = {"sqlite": "credits + NEW.amount", "postgresql": "a.credits + m.credit"}
TOTAL = {"sqlite": "AND total <> ''", "postgresql": "(a.total, '')"}
SEEDS = {
    "a fen lost when an amount ends in 77": Seed(
        "the trigger that keeps the totals",
        sql={
            "sqlite": (("credits + NEW.amount W", "credits + NEW.amount-(NEW.amount%100=77) W"),),
            "postgresql": (("m.credit\n", "m.credit - (mod(m.credit, 100) = 77)::int\n"),),
        },
    ),
    "the balance forgets the gift": Seed(
        "the trigger that keeps the standings",
        sql={
            "sqlite": (("total <> ''", "total <> '' AND kind <> 'bonus'"),),
            "postgresql": (
                ("(a.total, '')", "(CASE a.kind WHEN 'bonus' THEN '' ELSE a.total END, '')"),
            ),
        },
    ),
    "refunds are not counted": Seed(
        "the cap on refunds",
        sql={
            "sqlite": (("refunded + NEW.amount", "refunded"),),
            "postgresql": (("refunded + NEW.amount", "refunded"),),
        },
    ),
    "both halves rounded down": Seed(
        "the split between principal and bonus",
        swaps=((allotting, "split_use", _halves_rounded_down),),
    ),
    "income rounded up": Seed(
        "the income of a use", swaps=((spending, "earned_so_far", _rounded_up),)
    ),
    "every request alike": Seed(
        "the comparison of requests under one key",
        swaps=((posting, "request_hash", _every_request_alike),),
    ),
    "keys do not count": Seed(
        "posting once for each key", swaps=((spending, "claim_one", _claimed_anew),)
    ),
    "the newest lot first": Seed(
        "the order of spending", swaps=((lots, "lots_of", _newest_first),)
    ),
    "the first taken goes back first": Seed(
        "the order of giving back", swaps=((spending, "_uses_of", _first_taken_first),)
    ),
    "a reversal refunds nothing": Seed(
        "the cap on what goes back", swaps=((reversing, "_mirror", _without_refunds),)
    ),
    "points from the wrong end": Seed(
        "the order of points", swaps=((points, "_take", _wrong_end),)
    ),
    "the debt is forgotten": Seed(
        "settling a debt of points first", swaps=((points, "_lock", _debt_forgotten),)
    ),
    "income stays earned": Seed(
        "the running totals of a lot",
        swaps=((lots.RunningTotals, "give_back", _earned_is_kept),),
    ),
    "half of it restored": Seed(
        "giving back all that was taken", swaps=((spending, "_give_back", _half_restored),)
    ),
}


def plant(seed: Seed, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a bug, in the program until the test is over or in its database."""
    for owner, name, bug in seed.swaps:
        monkeypatch.setattr(owner, name, bug)
    for before, after in (seed.sql or {}).get(engine, ()):
        _change_trigger(engine, before, after)


def _change_trigger(engine: str, before: str, after: str) -> None:
    find = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
        " WHERE proname LIKE 'ledger_%'",
    }[engine]
    with api.db.engine.begin() as connection:
        named = [row for row in connection.execute(sa.text(find)) if before in row[1]]
        assert named, before
        for name, text in named:
            if engine == "sqlite":
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
            connection.exec_driver_sql(text.replace(before, after))
