"""What people are told is read in English here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from console import api


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with api.speaking("en"):
        yield
