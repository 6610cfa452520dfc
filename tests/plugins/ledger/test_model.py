"""The ledger does what paper says, whatever is done in whatever order; planted bugs are found."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from console import api
from plugins.ledger.services.verifying import verify
from tests.plugins.ledger.machine import LedgerMachine
from tests.plugins.ledger.seeds import SEEDS, plant

#: Repeatable, so that a failure is the code's and not the dice's; `make faults` throws the dice.
STEADY = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
#: A planted bug need not be made small, only be found.
SEARCH = settings(STEADY, max_examples=150, phases=(Phase.generate,), print_blob=False)


@pytest.fixture
def hasty_app(app: Flask, engine: str) -> Flask:
    """The application on a database that does not wait for its disk."""

    def hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    if engine == "sqlite":
        api.db.session.remove()
        api.db.engine.dispose()
        sa.event.listen(api.db.engine, "connect", hurry)
    return app


def test_the_ledger_does_what_paper_says(hasty_app: Flask) -> None:
    run_state_machine_as_test(LedgerMachine, settings=STEADY)
    assert verify().findings == {}


@pytest.mark.parametrize("name", SEEDS)
def test_a_planted_bug_is_found(
    hasty_app: Flask, monkeypatch: pytest.MonkeyPatch, engine: str, name: str
) -> None:
    plant(SEEDS[name], engine, monkeypatch)
    with pytest.raises(Exception):  # noqa: B017
        run_state_machine_as_test(LedgerMachine, settings=SEARCH)
