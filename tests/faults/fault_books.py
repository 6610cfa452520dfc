"""A chain of three stores over a thousand days: orders, ledger and reports agree to the fen.

`FAULT_DAYS` (1,000) is how many days it lives, `FAULT_SEED` what is drawn. After each hundred
days those are tied out and the whole ledger is verified; at the end all days are.
"""

from __future__ import annotations

import gc
import os
import time

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import Order
from plugins.cashier.services.tying import tie_out
from plugins.ledger.api import Journal
from plugins.ledger.services.verifying import verify
from tests.faults.fault_ledger import show
from tests.plugins.cashier.simulator import Chain, span
from tests.plugins.cashier.test_simulator import check_all

DAYS = int(os.environ.get("FAULT_DAYS", "1000"))
SEED = int(os.environ.get("FAULT_SEED", "7"))
STRETCH = 100
ROW = "tie-out: a chain of three stores"
pytestmark = pytest.mark.timeout(0)


def test_a_thousand_days_of_three_stores(app: Flask, engine: str) -> None:
    chain = Chain(seed=SEED, members=60)
    chain.open()
    gc.freeze()
    start = time.monotonic()
    while chain.days < DAYS:
        since = chain.days
        chain.live(min(STRETCH, DAYS - since))
        check_stretch(chain.days, since)
        show(engine, ROW, f"{chain.days} days in {(time.monotonic() - start) / 60:.1f} min")
    found = check_all(chain, DAYS)
    acts = ", ".join(f"{count:,} {name}" for name, count in chain.acts.most_common())
    minutes = (time.monotonic() - start) / 60
    show(
        engine,
        ROW,
        f"{DAYS:,} days, {count_of(Order):,} orders, {count_of(Journal):,} journals in"
        f" {minutes:.0f} min, {len(found.cells):,} store days compared in {found.seconds:.1f} s,"
        f" 0 differences ({acts})",
    )


def check_stretch(days: int, since: int) -> None:
    """Tie out the latest days and verify the ledger; keep PostgreSQL's figures on its tables."""
    # Autovacuum would do so in a shop; the tests switch it off.
    if api.db.engine.dialect.name == "postgresql":
        with api.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            session.execute(sa.text("VACUUM ANALYZE"))
    assert [one.words() for one in tie_out(span(days, since)).differences] == []
    assert verify().findings == {}
    api.db.session.rollback()


def count_of(model: type[api.Model]) -> int:
    """Return how many rows of a model there are."""
    return api.db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
