"""What gifts are barred from: which lots pay for it, and that all that fits is paid."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.ledger import api as ledger
from plugins.ledger.services.allotting import allot
from plugins.ledger.services.problems import Insufficient
from plugins.ledger.services.verifying import verify
from tests.support.ledger import entry, left, line, top_up

ANNA = 17
SCOPES = ("products", "cards", "services")
BARS = ("", "products", "cards", "products,cards")
SPLITS = ("pro_rata", "paid_first", "gift_first")
sums = st.integers(0, 30)


@st.composite
def lots(draw: st.DrawFn, number: int) -> ledger.LotState:
    """Draw a lot of which something is left."""
    paid, gift = draw(sums), draw(sums)
    told: dict[str, Any] = dict.fromkeys(ledger.LotState.__dataclass_fields__, 0)
    told |= {"id": number, "kind": "money", "paid_left": paid, "gift_left": gift}
    told |= {"split": draw(st.sampled_from(SPLITS)), "gift_bars": draw(st.sampled_from(BARS))}
    return ledger.LotState(**told)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_fits_is_paid_now_or_later_and_no_barred_gift_pays(data: st.DataObject) -> None:
    held = [data.draw(lots(number)) for number in range(1, data.draw(st.integers(2, 4)))]
    wanted = {scope: data.draw(sums) for scope in SCOPES}
    lines = [ledger.Line(scope, fen, scope=scope) for scope, fen in wanted.items()]
    now = data.draw(st.integers(1, 3))
    groups = chain.from_iterable(combinations(SCOPES, count) for count in (1, 2, 3))
    fits = all(
        sum(wanted[scope] for scope in some) <= sum(sum(lot.left_for(*some)) for lot in held)
        for some in groups
    )
    if not fits:
        with pytest.raises(Insufficient):
            allot(held, lines)
        return
    found = allot(held, lines)
    for one in found:
        assert one.line.scope not in one.lot.bars or not one.gift
    for each in lines:
        assert sum(one.paid + one.gift for one in found if one.line == each) == each.amount
    first = allot(held, lines[:now], lines[now:])
    assert sum(one.paid + one.gift for one in first) == sum(each.amount for each in lines[:now])


@pytest.mark.parametrize("bars", BARS)
def test_every_rule_is_frozen_on_the_lot_and_sealed(app: Flask, bars: str) -> None:
    lot = top_up(ANNA, 10_000, 5_000, gift_bars=bars)
    assert lot.gift_bars == bars
    assert verify().ok


def test_a_service_leaves_the_principal_to_the_card_that_is_paid_after_it(app: Flask) -> None:
    top_up(ANNA, 30_000, 10_000, gift_bars="cards")
    card = line(30_000, scope="cards")
    spent = ledger.spend(entry("spend"), ANNA, [line(10_000, scope="services")], beside=[card])
    assert (spent.paid, spent.gift) == (0, 10_000)
    assert ledger.spend(entry("spend"), ANNA, [card]).paid == 30_000
    assert left(ANNA) == (0, 0)
    assert verify().ok


def test_lots_with_different_rules_pay_all_that_together_they_can(app: Flask) -> None:
    top_up(ANNA, 10_000, 10_000, gift_bars="products")
    top_up(ANNA, 10_000, 10_000, gift_bars="cards")
    lines = [line(10_000, scope="products"), line(30_000, scope="cards")]
    spent = ledger.spend(entry("spend"), ANNA, lines)
    assert (spent.paid, spent.gift) == (20_000, 20_000)
    assert verify().ok
