"""Races for an offer: eight tills sell her first top-up at once, and it is one."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.ledger.api import Insufficient
from plugins.membership.api import OfferGone, pay_from_balance
from plugins.membership.models import Recharge
from plugins.membership.services import recharging
from plugins.membership.services.entitlements import holdings_of
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.people import add_store
from tests.support.value import entry, line, offer, quote, sell

THREADS = 8


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    offer(300, 100, first_only=True)
    return int(join().id)


def sold() -> int:
    api.db.session.rollback()
    return api.db.session.query(Recharge).count()


def kinds_of(found: list[Any]) -> list[type[BaseException]]:
    return [type(one) for one in found if isinstance(one, BaseException)]


def test_eight_first_top_ups_at_once_sell_one(app: Flask, anna: int) -> None:
    quoted = quote(anna, 300)
    found = at_once(app, THREADS, lambda _number: sell(quoted))
    assert kinds_of(found) == [OfferGone] * (THREADS - 1)
    assert sold() == 1
    assert holdings_of(anna).balance_fen == 40_000


def test_the_same_form_from_eight_tills_sells_once(app: Flask, anna: int) -> None:
    quoted, head = quote(anna, 300), entry()
    found = at_once(app, THREADS, lambda _number: sell(quoted, head=head))
    assert kinds_of(found) == []
    assert sold() == 1


def test_without_looking_again_under_the_lock_all_eight_would_sell(
    app: Flask, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    quoted = quote(anna, 300)
    meeting = threading.Barrier(THREADS)
    monkeypatch.setattr(recharging, "_check_offer", lambda *_told: None)

    def act(_number: int) -> None:
        api.db.session.scalar(sa.select(sa.func.count()).select_from(Recharge))
        api.db.session.rollback()
        meeting.wait()
        sell(quoted)

    assert kinds_of(at_once(app, THREADS, act)) == []
    assert sold() == THREADS


def test_one_balance_pays_as_often_as_it_lasts(app: Flask, anna: int) -> None:
    sell(quote(anna, 300))

    def pay(_number: int) -> None:
        pay_from_balance(entry("spend"), anna, [line(130)])

    assert kinds_of(at_once(app, THREADS, pay)) == [Insufficient] * (THREADS - 3)
    assert holdings_of(anna).balance_fen == 1_000
