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
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
IN_PROGRAM = [name for name, seed in SEEDS.items() if seed.sql is None]
IN_DATABASE = [name for name, seed in SEEDS.items() if seed.sql is not None]
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


@pytest.mark.slow
def test_the_ledger_does_what_paper_says(hasty_app: Flask) -> None:
    run_state_machine_as_test(LedgerMachine, settings=STEADY)
    assert verify().findings == {}


@pytest.mark.slow
@pytest.mark.any_engine
@pytest.mark.parametrize("name", IN_PROGRAM)
def test_a_bug_planted_in_the_program_is_found(
    hasty_app: Flask, monkeypatch: pytest.MonkeyPatch, engine: str, name: str
) -> None:
    plant(SEEDS[name], engine, monkeypatch)
    assert is_found()


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_DATABASE)
def test_a_bug_planted_in_the_database_is_found(
    hasty_app: Flask, monkeypatch: pytest.MonkeyPatch, engine: str, name: str
) -> None:
    plant(SEEDS[name], engine, monkeypatch)
    assert is_found()


def is_found() -> bool:
    """Tell whether the machine trips over what was planted: wrong figures or a crash."""
    try:
        run_state_machine_as_test(LedgerMachine, settings=SEARCH)
    except (AssertionError, LookupError, sa.exc.SQLAlchemyError, api.Refused, ExceptionGroup):
        return True
    finally:
        api.db.session.rollback()
    return False
