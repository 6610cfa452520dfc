"""What a settlement asks of the database: a fixed number of statements, whatever is on the bill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import Tender
from plugins.salon.models import Service
from tests.support.cards import Shop, open_shop
from tests.support.till import add_to, balance, bill_of, cash, pay, service_for, top_up

LINES = 6
#: Of six lines: what is written for each of them, such as its parts and who performed it.
FOR_LINES = 2 * (LINES - 1)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Hear all that is said to the database."""
    heard: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        heard.append(statement)

    sa.event.listen(api.db.engine, "before_cursor_execute", hear)
    yield heard
    sa.event.remove(api.db.engine, "before_cursor_execute", hear)


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


def settled(
    services: list[Service], member_id: int | None, tender: Callable[[float], Tender]
) -> int:
    """Settle a bill with these services, and return how many statements that took."""
    bill_id = bill_of(member_id)
    for service in services:
        add_to(bill_id, service)
    agreed_by = "code" if member_id else None
    with statements() as heard:
        pay(bill_id, tender(100 * len(services)), agreed_by=agreed_by)
    return len(heard)


def test_a_sale_takes_forty_statements_and_few_more_for_more_lines(shop: Shop) -> None:
    services = [service_for(100) for _place in range(LINES)]
    settled(services[:1], None, cash)
    one, six = settled(services[:1], None, cash), settled(services, None, cash)
    assert one <= 40
    assert six - one <= FOR_LINES


def test_paying_from_balance_takes_ninety_statements_and_few_more_for_more_lines(
    shop: Shop,
) -> None:
    top_up(shop.member.id, 2_000)
    services = [service_for(100) for _place in range(LINES)]
    settled(services[:1], shop.member.id, balance)
    one = settled(services[:1], shop.member.id, balance)
    six = settled(services, shop.member.id, balance)
    assert one <= 90
    assert six - one <= FOR_LINES + 2
