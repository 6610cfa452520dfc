"""Races for what a member may use once: her code, her points, a card that is swapped or owed for.

Fifty at once; each control shows that who looks first and acts later would all get it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cards.api import Card, owing_of
from plugins.cards.models import Contract
from plugins.cards.services.contracts import contract_of, sign_contract
from plugins.cards.services.swapping import why_not_swap
from plugins.cashier.api import (
    Arrival,
    Bill,
    add_line,
    arrive,
    find_arrival,
    scan_member,
    settle,
    use_points,
)
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import points_of, read_code, show_code
from plugins.membership.models import CodeUse
from plugins.membership.services.member_codes import CodeUsed
from tests.support.cards import Shop, add_product, item, open_shop, sell
from tests.support.ledger import balance as book
from tests.support.ledger import journals
from tests.support.parallel import at_once
from tests.support.people import add_person
from tests.support.till import add_to, bill_of, cash, new_key, pay, service_for, top_up
from tests.support.till import balance as purse

CROWD, FEW = 50, 8


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


@pytest.fixture
def card(shop: Shop) -> Card:
    return sell(shop, add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10)))


def refusals(found: list[Any]) -> list[BaseException]:
    return [one for one in found if isinstance(one, BaseException)]


def after_looking(look: Callable[[], bool], act: Callable[[], object]) -> Callable[[int], bool]:
    """Return what looks, waits until everybody has looked, and then acts on what it saw."""
    meeting = threading.Barrier(FEW)

    def run(_number: int) -> bool:
        free = look()
        api.db.session.rollback()
        meeting.wait()
        if free:
            api.unit(act)()
        return free

    return run


def test_one_member_code_serves_one_of_fifty_scans(app: Flask, shop: Shop) -> None:
    bills = [bill_of(None, shop.store.id) for _till in range(5)]
    code = show_code(shop.member.id)
    found = at_once(app, CROWD, lambda n: scan_member(bills[n % 5], code).id)
    assert {type(one) for one in refusals(found)} == {CodeUsed}
    assert len(refusals(found)) == CROWD - 1
    api.db.session.rollback()
    agreed = sa.select(sa.func.count()).select_from(Bill).where(Bill.agreed_by == "code")
    assert api.db.session.scalar(agreed) == 1


def test_without_its_row_one_member_code_would_serve_every_scan(app: Flask, shop: Shop) -> None:
    """The control: each sees that the code is fresh, and nothing keeps it from serving again."""
    number = shop.member.id
    code = show_code(number)
    used = sa.select(sa.func.count()).select_from(CodeUse)
    naive = after_looking(
        lambda: api.db.session.scalar(used) == 0 and read_code(code) == number, lambda: None
    )
    assert at_once(app, FEW, naive) == [True] * FEW


def test_one_session_is_used_once_by_fifty(app: Flask, shop: Shop) -> None:
    card = sell(shop, add_product("单次", 9_800, item(shop.scalp, 1)))
    bills = [bill_of(shop.member.id, shop.store.id) for _till in range(CROWD)]
    for bill_id in bills:
        facts = {"part_id": card.parts[0].id, "variant_id": shop.variant_id}
        add_line(bill_id, "session", facts)
    keys = [new_key() for _ in range(CROWD)]
    found = at_once(app, CROWD, lambda n: pay(bills[n], key=keys[n]).id)
    assert len(refusals(found)) == CROWD - 1
    assert [one for one in refusals(found) if not isinstance(one, api.Refused)] == []
    assert verify().findings == {}


def test_one_member_code_serves_one_of_fifty_arrivals(app: Flask, shop: Shop) -> None:
    code, store_id = show_code(shop.member.id), shop.store.id
    keys = [new_key() for _ in range(CROWD)]
    found = at_once(app, CROWD, lambda n: arrive(store_id, code, key=keys[n]).id)
    assert {type(one) for one in refusals(found)} == {CodeUsed}
    assert len(refusals(found)) == CROWD - 1
    api.db.session.rollback()
    assert api.db.session.query(Arrival).count() == 1


def test_one_arrival_pays_one_of_two_bills(app: Flask, shop: Shop) -> None:
    top_up(shop.member.id, 1_000, store_id=shop.store.id)
    arrive(shop.store.id, show_code(shop.member.id), key=new_key())
    bills = [bill_of(shop.member.id, shop.store.id) for _till in range(2)]
    for bill_id in bills:
        add_to(bill_id, service_for(100))
    desk = api.Actor(add_person("front_desk", shop.store.id), "Desk")
    keys = [new_key() for _ in range(CROWD)]

    def act(number: int) -> int:
        with api.acting_as(desk):
            return settle(bills[number % 2], [purse(100)], key=keys[number]).id

    found = at_once(app, CROWD, act)
    assert len(refusals(found)) == CROWD - 1
    assert [one for one in refusals(found) if not isinstance(one, api.Refused)] == []
    assert verify().findings == {}


def test_without_a_lock_one_arrival_would_pay_every_bill(app: Flask, shop: Shop) -> None:
    member_id, store_id = shop.member.id, shop.store.id
    arrive(store_id, show_code(member_id), key=new_key())
    naive = after_looking(lambda: find_arrival(member_id, store_id) is not None, lambda: None)
    assert at_once(app, FEW, naive) == [True] * FEW


def test_all_her_points_pay_one_of_two_bills(app: Flask, shop: Shop) -> None:
    ledger.earn_points(ledger.Entry(key="gift", code="earn_points"), shop.member.id, 1_000)
    bills = [bill_of(shop.member.id, shop.store.id) for _till in range(2)]
    for bill_id in bills:
        add_to(bill_id, service_for(100))
        use_points(bill_id, 1_000)
    keys = [new_key() for _ in range(CROWD)]

    def act(number: int) -> int:
        return pay(bills[number % 2], cash(90), key=keys[number], due_fen=9_000).id

    found = at_once(app, CROWD, act)
    assert len(refusals(found)) == CROWD - 1
    assert [one for one in refusals(found) if not isinstance(one, api.Refused)] == []
    assert points_of(shop.member.id) < 1_000
    assert verify().findings == {}


def test_without_a_limit_and_a_lock_points_would_pay_every_bill(app: Flask, shop: Shop) -> None:
    ledger.earn_points(ledger.Entry(key="gift", code="earn_points"), shop.member.id, 1_000)
    number = shop.member.id
    naive = after_looking(lambda: points_of(number) >= 1_000, lambda: None)
    assert at_once(app, FEW, naive) == [True] * FEW


def swap_line(shop: Shop, card: Card, product_id: int) -> int:
    bill_id = bill_of(shop.member.id, shop.store.id)
    add_line(bill_id, "card_swap", {"card_id": card.id, "product_id": product_id})
    return bill_id


def test_one_card_is_swapped_once_by_fifty(app: Flask, shop: Shop, card: Card) -> None:
    bigger = add_product("头皮护理 20 次", 180_000, item(shop.scalp, 20)).id
    bills = [swap_line(shop, card, bigger) for _till in range(2)]
    keys = [new_key() for _ in range(CROWD)]
    found = at_once(app, CROWD, lambda n: pay(bills[n % 2], cash(820), key=keys[n]).id)
    assert len(refusals(found)) == CROWD - 1
    assert [one for one in refusals(found) if not isinstance(one, api.Refused)] == []
    api.db.session.rollback()
    states = api.db.session.scalars(sa.select(Card.state).order_by(Card.id)).all()
    assert states == ["swapped", "active"]
    assert -book(ledger.salon("cash", shop.store.id)) == 180_000
    assert verify().findings == {}


def test_without_the_lock_the_card_would_be_swapped_by_everybody(
    app: Flask, shop: Shop, card: Card
) -> None:
    card_id = card.id
    naive = after_looking(
        lambda: why_not_swap(api.db.session.get_one(Card, card_id)) is None,
        lambda: api.db.session.execute(
            sa.update(Card).where(Card.id == card_id).values(state="swapped")
        ),
    )
    assert at_once(app, FEW, naive) == [True] * FEW


@pytest.fixture
def owed_for(shop: Shop) -> tuple[int, int]:
    """A bill with a card of ¥980 of which ¥680 are owing, and the card."""
    product = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    bill_id = bill_of(shop.member.id, shop.store.id)
    add_line(bill_id, "card", {"product_id": product.id})
    pay(bill_id, cash(300))
    return bill_id, api.db.session.query(Card).one().id


def test_what_is_owing_for_a_card_is_paid_once_by_fifty(
    app: Flask, shop: Shop, owed_for: tuple[int, int]
) -> None:
    bill_id, card_id = owed_for
    keys = [new_key() for _ in range(CROWD)]
    found = at_once(app, CROWD, lambda n: pay(bill_id, cash(400), key=keys[n]).id)
    assert len(refusals(found)) == CROWD - 1
    assert [one for one in refusals(found) if not isinstance(one, api.Refused)] == []
    api.db.session.rollback()
    assert owing_of(api.db.session.get_one(Card, card_id)) == 28_000
    assert -book(ledger.salon("cash", shop.store.id)) == 70_000
    assert verify().findings == {}


def test_without_the_lock_everybody_would_pay_what_is_owing(
    app: Flask, owed_for: tuple[int, int]
) -> None:
    bill_id, _card_id = owed_for
    naive = after_looking(
        lambda: api.db.session.get_one(Bill, bill_id).owing_fen >= 40_000, lambda: None
    )
    assert at_once(app, FEW, naive) == [True] * FEW


def test_a_contract_is_signed_once_by_fifty(app: Flask, card: Card) -> None:
    card_id, before = card.id, journals()
    found = at_once(app, CROWD, lambda _n: sign_contract(card_id, "phone").signed_at)
    assert refusals(found) == []
    assert len(set(found)) == 1
    signed = sa.select(sa.func.count()).select_from(Contract)
    assert api.db.session.scalar(signed.where(Contract.signed_at.is_not(None))) == 1
    assert contract_of(card_id) is not None
    assert journals() == before


def test_without_the_lock_everybody_would_sign_the_contract(app: Flask, card: Card) -> None:
    card_id = card.id

    def is_unsigned() -> bool:
        contract = contract_of(card_id)
        return contract is not None and contract.signed_at is None

    signed = sa.update(Contract).where(Contract.card_id == card_id)
    naive = after_looking(
        is_unsigned, lambda: api.db.session.execute(signed.values(signed_at=api.now()))
    )
    assert at_once(app, FEW, naive) == [True] * FEW
