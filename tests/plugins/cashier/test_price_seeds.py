"""Bugs planted in the prices are found by what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings

from tests.plugins.cashier import test_pricing as held
from tests.plugins.cashier.price_cases import cases
from tests.plugins.cashier.price_seeds import SEEDS

pytestmark = pytest.mark.slow

#: A planted bug need not be made small, only be found.
SEARCH = settings(
    max_examples=600,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    print_blob=False,
)


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_a_bug_planted_in_the_prices_is_found(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for owner, what, bug in SEEDS[name].swaps:
        monkeypatch.setattr(owner, what, bug)
    with pytest.raises((AssertionError, LookupError, TypeError, ExceptionGroup)):
        look_for_it()


@SEARCH
@given(cases())
def look_for_it(case: held.Case) -> None:
    held.check_all(case)
