"""A chain of three stores over a thousand days: orders, ledger and reports agree to the fen.

`FAULT_DAYS` (1,000) is how many days it lives, `FAULT_SEED` what is drawn.
"""

from __future__ import annotations

import os
import time

import pytest
from flask import Flask

from tests.faults.fault_ledger import show
from tests.plugins.cashier.simulator import Chain
from tests.plugins.cashier.test_simulator import check_all

DAYS = int(os.environ.get("FAULT_DAYS", "1000"))
SEED = int(os.environ.get("FAULT_SEED", "7"))
pytestmark = pytest.mark.timeout(0)


def test_a_thousand_days_of_three_stores(app: Flask, engine: str) -> None:
    chain = Chain(seed=SEED, members=60)
    chain.open()
    start = time.monotonic()
    chain.live(DAYS)
    lived = time.monotonic() - start
    found = check_all(chain, DAYS)
    acts = ", ".join(f"{count} {name}" for name, count in chain.acts.most_common())
    show(
        engine,
        "tie-out: a chain of three stores",
        f"{DAYS} days in {lived:.0f} s, {len(found.cells)} store days compared in"
        f" {found.seconds:.1f} s, 0 differences ({acts})",
    )
