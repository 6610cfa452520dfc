"""Settlements to the fen: what is due, where it comes from, what becomes income."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import (
    Bill,
    Discount,
    Line,
    LinePart,
    Order,
    Payment,
    Settlement,
    Tender,
    add_line,
    change_price,
    give_free,
    lines_of,
    preview,
    round_off,
)
from plugins.cashier.services.tendering import Choice, plan
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Benefit, Level, freeze_member
from plugins.membership.services.recharging import BONUS_BARS
from plugins.messages.models import Message
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.salon import add_level, add_staff, add_store
from tests.support.till import (
    add_to,
    add_top_up,
    balance,
    bill_of,
    cash,
    new_key,
    pay,
    service_for,
    top_up,
)

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture(autouse=True)
def store(app: Flask) -> Iterator[Any]:
    with api.speaking("en"):
        yield add_store("福田店")


@pytest.fixture
def anna(store: Any) -> int:
    return int(join().id)


def read(model: type[Any], number: int) -> Any:
    api.db.session.rollback()
    return api.db.session.get_one(model, number, populate_existing=True)


def revenue(store_id: int = 1) -> int:
    return book(ledger.salon("revenue", store_id))


def clean() -> bool:
    api.db.session.rollback()
    return verify().findings == {}


def test_a_walk_in_pays_cash_and_gets_change(app: Flask) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(128))
    pay(bill_id, cash(128, given=200))
    bill = read(Bill, bill_id)
    payment = api.db.session.query(Payment).one()
    assert (bill.state, bill.due_fen, bill.paid_fen, bill.owing_fen) == (
        "settled",
        12_800,
        12_800,
        0,
    )
    assert (payment.given_fen, payment.change_fen) == (20_000, 7_200)
    assert (revenue(), book(ledger.salon("cash", 1))) == (12_800, -12_800)
    assert clean()


def test_a_bill_is_numbered_by_store_and_business_day(app: Flask) -> None:
    add_store("南山店")
    numbers = [read(Bill, bill_of(store_id=at)).number for at in (1, 1, 2)]
    assert [number.partition("-")[2] for number in numbers] == ["001", "002", "001"]


def test_a_top_up_of_500_with_50_and_110_spent_earn_100(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(110))
    pay(bill_id, balance(110))
    line = read(Line, line_id)
    assert (line.principal_fen, line.bonus_fen, line.income_fen) == (10_000, 1_000, 10_000)
    assert revenue() == 10_000
    assert left(anna) == (40_000, 4_000)
    assert clean()


def test_two_lots_are_spent_in_their_order(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    top_up(anna, 1000, 150)
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(700))
    pay(bill_id, balance(700))
    parts = api.db.session.query(LinePart).filter_by(line_id=line_id).all()
    assert read(Line, line_id).income_fen == 63_043
    assert [part.income_fen for part in parts] == [50_000, 13_043]
    assert sum(part.amount_fen for part in parts) == 70_000


def test_one_bill_tops_up_and_spends_from_that_very_top_up(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    service = service_for(110)
    add_top_up(bill_id, 500, 50)
    add_to(bill_id, service)
    add_line(bill_id, "product", {"title": "洗发水", "price_fen": 6_800})
    pay(bill_id, cash(568), balance(110))
    orders = {order.kind: order.due_fen for order in api.db.session.query(Order)}
    assert orders == {"recharge": 50_000, "service": 11_000, "product": 6_800}
    assert left(anna) == (40_000, 4_000)
    assert revenue() == 10_000 + 6_800
    assert clean()


def test_the_receipt_says_the_balance_before_and_after(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(110))
    pay(bill_id, balance(110))
    (act,) = read(Bill, bill_id).receipt["acts"]
    assert (act["before"]["principal"], act["after"]["principal"]) == (50_000, 40_000)
    assert (act["before"]["bonus"], act["after"]["bonus"]) == (5_000, 4_000)


def test_the_member_is_told_at_once_what_was_taken_and_what_is_left(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(110))
    pay(bill_id, balance(110))
    texts = [api.thaw(message.body) for message in api.db.session.query(Message)]
    assert "¥110.00 was taken from your balance" in texts[-1]
    assert "¥440.00" in texts[-1]


def test_money_of_several_kinds_pays_one_bill(app: Flask, anna: int) -> None:
    top_up(anna, 100)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(198))
    add_to(bill_id, service_for(60))
    voucher = Tender("meituan", 10_000, voucher_code="MT-1")
    pay(bill_id, balance(100), voucher, Tender("wechat", 5_800))
    parts = api.db.session.query(LinePart).filter(
        LinePart.amount_fen > 0, LinePart.settlement_id == 2
    )
    assert sum(part.amount_fen for part in parts) == 25_800
    assert book(ledger.platform("meituan")) == -10_000
    assert clean()


def test_a_platforms_voucher_is_redeemed_once(app: Flask) -> None:
    first, second = bill_of(), bill_of()
    for bill_id in (first, second):
        add_to(bill_id, service_for(100))
    pay(first, Tender("meituan", 10_000, voucher_code="MT-1"))
    with pytest.raises(api.Conflict, match="redeemed before"):
        pay(second, Tender("meituan", 10_000, voucher_code="MT-1"))


@pytest.mark.parametrize(
    ("tenders", "says"),
    [
        ((cash(100),), "missing"),
        ((cash(200),), "More was given"),
        ((Tender("wechat", 12_800, 13_000),), "cash only"),
        ((Tender("cash", 12_800, 10_000),), "Less was given"),
        ((balance(128),), "Only a member"),
        ((Tender("shells", 12_800),), "no such kind"),
    ],
)
def test_what_does_not_pay_a_bill_leaves_all_as_it_was(
    app: Flask, tenders: tuple[Tender, ...], says: str
) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(128))
    with pytest.raises(api.Refused, match=says):
        pay(bill_id, *tenders)
    assert read(Bill, bill_id).state == "open"
    assert api.db.session.query(Settlement).count() == 0
    assert revenue() == 0


def test_an_overdrawn_balance_takes_the_whole_bill_back(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    add_top_up(bill_id, 100)
    add_to(bill_id, service_for(128))
    with pytest.raises(ledger.Insufficient):
        pay(bill_id, cash(100), balance(128))
    assert left(anna) == (0, 0)
    assert read(Bill, bill_id).state == "open"


def test_a_top_up_is_never_paid_from_balance(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    bill_id = bill_of(anna)
    add_top_up(bill_id, 100)
    with pytest.raises(api.Refused):
        pay(bill_id, balance(100))


def test_nothing_is_taken_without_the_members_agreement(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(110))
    with pytest.raises(api.Refused, match="Ask the member"):
        pay(bill_id, balance(110), agreed_by=None)


def test_a_frozen_member_pays_nothing(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(110))
    freeze_member(anna, "lost phone")
    with pytest.raises(api.Refused, match="frozen"):
        pay(bill_id, cash(110))


def test_the_level_lowers_the_price_and_says_so(app: Flask, anna: int) -> None:
    _discount(88, "any")
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(100))
    assert preview(bill_id).due_fen == 8_800
    pay(bill_id, cash(88))
    line = read(Line, line_id)
    (discount,) = api.db.session.query(Discount)
    assert (line.list_fen, line.due_fen, discount.step) == (10_000, 8_800, "member")
    assert api.thaw(discount.reason) == "Level Gold: 88 % of the price"


def test_paying_from_balance_is_cheaper_for_the_part_so_paid(app: Flask, anna: int) -> None:
    _discount(80, "balance")
    top_up(anna, 500)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(100))
    assert preview(bill_id).due_fen == 10_000
    assert preview(bill_id).all_balance_fen == 8_000
    assert preview(bill_id, 4_000).due_fen == 9_000
    pay(bill_id, balance(40), cash(50))
    assert read(Bill, bill_id).discount_fen == 1_000
    assert clean()


def test_the_price_follows_the_technicians_level(app: Flask, store: Any) -> None:
    from plugins.salon.models import LevelPrice

    level = add_level("总监")
    ada = add_staff("Ada", store, level_id=level.id)
    service = service_for(100)
    _price_by_level(LevelPrice, service.variants[0].id, level.id)
    bill_id = bill_of()
    line_id = add_to(bill_id, service, staff_id=ada.id)
    assert read(Line, line_id).list_fen == 15_000


@api.unit
def _price_by_level(model: type[Any], variant_id: int, level_id: int) -> None:
    row = model(variant_id=variant_id, level_id=level_id, price_fen=15_000)
    api.db.session.add(row)


@api.unit
def _discount(percent: int, paid_by: str) -> None:
    level = Level(name="Gold", place=1, threshold_fen=None)
    api.db.session.add(level)
    api.db.session.flush()
    benefit = Benefit(level_id=level.id, kind="discount", name="Discount", percent=percent)
    benefit.paid_by = paid_by
    api.db.session.add(benefit)
    api.db.session.execute(sa.text("UPDATE membership_member SET level_id = :id"), {"id": level.id})


def test_a_price_is_lowered_by_hand_with_a_reason(app: Flask) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    with pytest.raises(api.Refused, match="Say why"):
        change_price(line_id, 9_000, " ")
    change_price(line_id, 9_000, "烫伤补偿")
    pay(bill_id, cash(90))
    line = read(Line, line_id)
    assert (line.list_fen, line.due_fen) == (10_000, 9_000)


def test_a_gift_is_a_line_at_its_list_price_and_nothing_due(app: Flask) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    give_free(line_id, "生日")
    pay(bill_id)
    line = read(Line, line_id)
    assert (line.list_fen, line.due_fen, line.state) == (10_000, 0, "settled")
    assert revenue() == 0


def test_a_small_sum_is_rounded_off_without_a_reason(app: Flask) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(128))
    round_off(bill_id, 800)
    assert preview(bill_id).due_fen == 12_000
    with pytest.raises(api.Refused, match="At most"):
        round_off(bill_id, 1_000)
    pay(bill_id, cash(120))
    assert read(Bill, bill_id).discount_fen == 800


def test_a_price_that_changed_meanwhile_is_looked_at_again(app: Flask) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(128))
    with pytest.raises(api.Conflict, match="comes to"):
        pay(bill_id, cash(100), due_fen=10_000)


def test_what_is_not_paid_is_owing_and_paid_later(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(300))
    pay(bill_id, cash(100))
    bill = read(Bill, bill_id)
    assert (bill.state, bill.owing_fen, read(Line, line_id).owing_fen) == (
        "part_paid",
        20_000,
        20_000,
    )
    assert ledger.standings([anna], ["owing"])[anna]["owing"] == -20_000
    assert revenue() == 30_000
    pay(bill_id, cash(50))
    top_up(anna, 500, 50)
    pay(bill_id, balance(150))
    bill = read(Bill, bill_id)
    assert (bill.state, bill.paid_fen, bill.owing_fen) == ("settled", 30_000, 0)
    assert ledger.standings([anna], ["owing"])[anna]["owing"] == 0
    assert revenue() == 15_000 + 13_636 == read(Line, line_id).income_fen
    assert clean()


def test_a_walk_in_cannot_owe_and_nobody_more_than_the_ceiling(app: Flask, anna: int) -> None:
    for member_id, says in ((None, "cannot owe"), (anna, "at most")):
        bill_id = bill_of(member_id)
        add_to(bill_id, service_for(1_100))
        with pytest.raises(api.Refused, match=says):
            pay(bill_id, cash(50))


def test_the_same_form_sent_twice_settles_once(app: Flask) -> None:
    bill_id, key = bill_of(), new_key()
    add_to(bill_id, service_for(128))
    first = pay(bill_id, cash(128), key=key).id
    assert pay(bill_id, cash(128), key=key).id == first
    assert revenue() == 12_800
    with pytest.raises(api.Conflict, match="other contents"):
        pay(bill_id, Tender("wechat", 12_800), key=key)
    with pytest.raises(api.Conflict, match="settled before"):
        pay(bill_id, cash(128))


def test_lines_are_frozen_once_the_bill_is_settled(app: Flask) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(128))
    pay(bill_id, cash(128))
    for act in (lambda: change_price(line_id, 1, "x"), lambda: add_to(bill_id, service_for(1))):
        with pytest.raises(api.Conflict, match="settled before"):
            act()
    assert len(lines_of(bill_id)) == 1


@api.unit
def bar_bonus_from_products() -> None:
    BONUS_BARS.put("products")


@pytest.mark.any_engine
def test_bonus_that_is_barred_from_products_pays_for_services_alone(app: Flask, anna: int) -> None:
    top_up(anna, 100, 50)
    bar_bonus_from_products()
    top_up(anna, 200, 100)
    bill_id = bill_of(anna)
    facial = add_to(bill_id, service_for(80))
    oil = add_line(bill_id, "product", {"title": "精油", "price_fen": 40_000}).id
    chosen = plan(api.db.session.get_one(Bill, bill_id), [Choice("balance", 45_000)])
    assert (chosen.balance_fen, chosen.barred) == (43_000, {"products": 10_000})
    with pytest.raises(api.Refused, match="Bonus does not pay for products"):
        pay(bill_id, balance(440), cash(40))
    pay(bill_id, balance(430), cash(50))
    assert (read(Line, oil).principal_fen, read(Line, oil).bonus_fen) == (30_000, 5_000)
    assert (read(Line, facial).principal_fen, read(Line, facial).bonus_fen) == (0, 8_000)
    assert left(anna) == (0, 2_000)
    assert clean()
