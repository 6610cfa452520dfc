"""What a settlement asks of the database: a fixed number of statements, whatever is on the bill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import Bill, Tender
from plugins.salon.models import Service
from tests.support.cards import Shop, add_product, item, open_shop, sell
from tests.support.people import SignIn, post
from tests.support.till import add_to, balance, bill_of, cash, pay, service_for, top_up

LINES = 6
TILL = "/console/cashier/till/"
BY_SCRIPT = {"X-Till": "1"}
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


@pytest.mark.any_engine
@pytest.mark.parametrize(("what", "most"), [("order", 85), ("session", 171)])
def test_an_order_at_the_till_with_its_screens_takes_a_fixed_number_of_statements(
    shop: Shop, sign_in: SignIn, what: str, most: int
) -> None:
    front = sign_in("owner")
    card = sell(shop, add_product("Ten times", 98_000, item(shop.scalp, 300)))
    facts = f'{{"part_id":{card.parts[0].id},"variant_id":{shop.variant_id}}}'
    asked: dict[str, object] = {"variant_id": shop.variant_id}
    if what == "session":
        asked = {"member_id": shop.member.id, "offer": f'["session",{facts}]'}
    free, paid = {"agreed_by": "staff_only"}, {"kind-1": "cash", "amount-1": "128"}
    taken = []
    for turn in range(4):
        with statements() as heard:
            head = {"store_id": shop.store.id, "key": f"{turn}"}
            opened = post(front, f"{TILL}open", {**head, **asked}, headers=BY_SCRIPT)
            number = opened.headers["X-Till-Url"].rpartition("/")[2]
            form = {"key": f"{turn}:s", **(paid if what == "order" else free)}
            done = post(front, f"{TILL}{number}/settle", form, headers=BY_SCRIPT)
        assert (
            api.db.session.scalar(sa.select(Bill.state).where(Bill.id == int(number))) == "settled"
        )
        api.db.session.rollback()
        assert done.status_code == 200
        taken.append(len(heard))
    assert taken[-1] <= most, taken
    assert taken[-1] == taken[-2]
