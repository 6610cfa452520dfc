"""What all tests of bookings at the till stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from console import api
from tests.support.booking import MORNING, lies


@pytest.fixture(autouse=True)
def before(request: pytest.FixtureRequest) -> Iterator[None]:
    """It is the morning before, and afterwards the bits of the days agree with the cells."""
    app: Flask | None = None
    if "app" in request.fixturenames:
        app = request.getfixturevalue("app")
    with api.at_moment(MORNING):
        yield
        assert app is None or lies() == []
