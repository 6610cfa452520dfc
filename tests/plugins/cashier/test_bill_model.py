"""Bills do what paper says, whatever the front desk does in whatever order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from console import api
from plugins.cashier.models import Bill, Settlement
from plugins.cashier.offers import Quote
from plugins.cashier.services import limits, quoting, settling, voiding
from plugins.cashier.services.asking import adjustments
from plugins.cashier.services.pricing.solving import solve
from plugins.cashier.services.refunding import lines as refunding
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Benefit, Level
from tests.plugins.cashier.bill_machine import BillMachine
from tests.plugins.ledger.test_model import STEADY, hasty_app
from tests.support.salon import add_store

__all__ = ["hasty_app"]


@api.unit
def give_level_to_all() -> None:
    """Give everybody 8 % off, and 20 % off what balance pays."""
    level = api.db.session.scalars(sa.select(Level).order_by(Level.place)).first()
    if level is None:
        level = Level(name="Gold", place=1, threshold_fen=0)
        api.db.session.add(level)
        api.db.session.flush()
    for percent, paid_by in ((92, "any"), (80, "balance")):
        benefit = Benefit(level_id=level.id, kind="discount", name="Discount", percent=percent)
        benefit.paid_by = paid_by
        api.db.session.add(benefit)


RUNS = settings(STEADY, max_examples=8, stateful_step_count=20)
#: A planted bug need not be made small, only be found.
SEARCH = settings(RUNS, max_examples=160, phases=(Phase.generate,), print_blob=False)
#: Bugs to plant: what each breaks, and what of the program it takes the place of.
SEEDS: dict[str, tuple[Any, str, Any]] = {
    "points stay spent when a bill is reopened": (
        voiding,
        "take_points_back",
        lambda _bill, _settlement: None,
    ),
    "of what was paid two ways only one part goes back": (
        refunding,
        "_spread",
        lambda parts, fen: [(part, min(fen, part.left_fen)) for part in parts[:1]],
    ),
    "a changed bill keeps its old sum": (
        limits,
        "refresh",
        lambda bill: quoting.quote_for(bill, ()),
    ),
    "the same form settles twice": (settling, "_KNOWN", sa.select(Settlement).where(sa.false())),
    "rounding is taken off twice": (
        quoting,
        "quote",
        lambda bill, balance_fen=0: _rounded_again(bill, balance_fen),
    ),
}


def _rounded_again(bill: Bill, balance_fen: int) -> Quote:
    draft = replace(quoting.draft_of(bill), balance_fen=balance_fen)
    twice = replace(draft, rounding_fen=2 * draft.rounding_fen)
    return solve(twice, adjustments(draft))


@pytest.mark.slow
def test_bills_do_what_paper_says(hasty_app: Flask) -> None:
    add_store("福田店")
    give_level_to_all()
    run_state_machine_as_test(BillMachine, settings=RUNS)
    assert verify().findings == {}
    assert [one.words() for one in tie_out(whole_book()).differences] == []


@pytest.mark.slow
@pytest.mark.any_engine
@pytest.mark.parametrize("name", SEEDS)
def test_a_bug_planted_in_the_till_is_found(
    hasty_app: Flask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    add_store("福田店")
    give_level_to_all()
    monkeypatch.setattr(*SEEDS[name])
    with pytest.raises((AssertionError, api.Refused, ExceptionGroup)):
        run_state_machine_as_test(BillMachine, settings=SEARCH)
