"""Workers that are killed at any moment lose nothing, double nothing, and halve nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.faults.hammer import Hammer

pytestmark = pytest.mark.either_engine

#: Where a posting can die, and after how many passes.
FAIL_POINTS = ("before_journal:9", "after_legs:8", "before_commit:7", "after_commit:6")


@pytest.mark.slow
def test_workers_killed_at_random_lose_nothing(
    app: Flask, migrated_url: str, tmp_path: Path
) -> None:
    hammer = Hammer(migrated_url, tmp_path)
    hammer.strike(8, every=1)
    figures = hammer.settle()
    assert figures.sound, figures
    assert figures.kills > 3
    assert figures.journals > 50


@pytest.mark.slow
def test_a_worker_that_dies_at_a_fail_point_leaves_all_or_nothing(
    app: Flask, migrated_url: str, tmp_path: Path
) -> None:
    hammer = Hammer(migrated_url, tmp_path, threads=1)
    for fail_point in FAIL_POINTS:
        hammer.die_at(fail_point)
    figures = hammer.settle()
    assert figures.sound, figures
    assert (figures.kills, figures.unknown, figures.unknown_but_written) == (4, 4, 1)
