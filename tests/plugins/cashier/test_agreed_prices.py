"""Prices on real bills: what was agreed to is what is taken, and what hands may change."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import (
    Adjustment,
    Bill,
    Discount,
    Line,
    Payment,
    Tender,
    add_line,
    change_price,
    decline_benefit,
    give_free,
    lines_of,
    preview,
    proposals_for,
    round_off,
    rounding_sums,
    take_proposal,
    undo_settlement,
)
from plugins.cashier.priced import FromPurse
from plugins.cashier.services.benefits import benefits_for
from plugins.cashier.services.billing import change_line
from plugins.cashier.services.closing.late import open_late_bill
from plugins.cashier.services.limits import CHANGE_MOST, GIFTS_MOST
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.pricing.solving import solve
from plugins.cashier.services.quoting import draft_of
from plugins.cashier.services.reports.fraud import oddities
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.tendering import plan
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Benefit, Level, Member, PurseKind, purses_of
from plugins.membership.migrations import m0008_purse_terms
from plugins.membership.models import Purse, PurseRate
from plugins.membership.services.purses import say_rates
from plugins.salon.api import Category, Service
from tests.support import cards
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.people import add_person
from tests.support.salon import add_store
from tests.support.till import add_to, add_top_up, balance, bill_of, cash, pay, service_for
from tests.support.till import top_up as top_up_plain
from tests.support.value import card_kind, offer, top_up

pytestmark = [pytest.mark.either_engine, pytest.mark.usefixtures("in_english")]


@pytest.fixture(autouse=True)
def store(app: Flask) -> Iterator[Any]:
    with api.speaking("en"):
        yield add_store("福田店")


@pytest.fixture
def anna(store: Any) -> int:
    return int(join().id)


@api.unit
def give_level(*discounts: tuple[int, str]) -> None:
    level = Level(name="Gold", place=1, threshold_fen=None)
    api.db.session.add(level)
    api.db.session.flush()
    for percent, paid_by in discounts:
        benefit = Benefit(level_id=level.id, kind="discount", name="Discount", percent=percent)
        benefit.paid_by = paid_by
        api.db.session.add(benefit)
    api.db.session.execute(sa.text("UPDATE membership_member SET level_id = :id"), {"id": level.id})


@api.unit
def set_limits(percent: int, gifts_fen: int) -> None:
    CHANGE_MOST.put(percent)
    GIFTS_MOST.put(gifts_fen)


def gold_card(member_id: int, yuan: int, percent: int = 80, **more: Any) -> str:
    """Sell her a stored-value card with a discount, and return its code."""
    kind = card_kind("Gold card", percent=percent, **more)
    offer(yuan, purse_kind_id=kind)
    return str(top_up(member_id, yuan)[0].purse)


def steps_of(bill_id: int) -> list[tuple[str, int, str]]:
    with api.speaking("en"):
        return [
            (one.step, one.amount_fen, api.thaw(one.reason))
            for one in api.db.session.query(Discount).order_by(Discount.line_id, Discount.id)
            if one.line_id in {line.id for line in lines_of(bill_id)}
        ]


def test_a_card_takes_off_each_line_what_its_class_says(anna: int) -> None:
    hair, nails = service_for(100, "剪发"), service_for(100, "美甲")
    rates = [PurseRate(category_id=other_category(nails), percent=70)]
    card = gold_card(anna, 1_000, 90, products_percent=95, rates=rates)
    bill_id = bill_of(anna)
    add_to(bill_id, hair)
    add_to(bill_id, nails)
    add_line(bill_id, "product", {"title": "精油", "price_fen": 10_000})
    pay(bill_id, Tender("balance", 25_500, purse=card))
    assert steps_of(bill_id) == [
        ("balance", 1_000, "Gold card: 90 % of the price when paid from it"),
        ("balance", 3_000, "Gold card, Nails: 70 % of the price when paid from it"),
        ("balance", 500, "Gold card, products: 95 % of the price when paid from it"),
    ]
    (purse,) = [one for one in purses_of(anna) if one.code]
    assert say_rates(purse) == [
        "Nails: 70 % of the price",
        "Products: 95 % of the price",
        "Everything else: 90 % of the price",
        "Not together with coupons.",
    ]


def test_cards_from_before_keep_what_their_kind_promises_on_the_day_of_the_upgrade(
    anna: int,
) -> None:
    rates = [PurseRate(category_id=other_category(service_for(100)), percent=70)]
    gold_card(anna, 1_000, 90, products_percent=95, rates=rates)
    purse = api.db.session.query(Purse).one()
    bind = api.db.session.connection()
    kind = bind.execute(sa.select(m0008_purse_terms.KIND)).mappings().one()
    assert vars(m0008_purse_terms)["_terms"](bind, dict(kind)) == purse.terms


@api.unit
def other_category(service: Service) -> int:
    category = Category(name="Nails")
    api.db.session.add(category)
    api.db.session.flush()
    api.db.session.get_one(Service, service.id).category_id = category.id
    return int(category.id)


def test_a_coupon_and_a_card_count_together_only_where_the_card_says_so(anna: int) -> None:
    code = gold_card(anna, 500)
    bill_id = bill_of(anna)
    line = add_to(bill_id, service_for(200))
    coupon = Adjustment(line, "coupon", "Coupon", amount_fen=3_000, key="coupon:1")
    assert due_with(bill_id, code, coupon) == 16_000
    allow_coupons()
    again = str(top_up(anna, 500)[0].purse)
    assert due_with(bill_id, again, coupon) == 13_600
    # What she bought before keeps what was promised then.
    assert due_with(bill_id, code, coupon) == 16_000
    assert str(top_up(anna, 500)[0].purse) == again


@api.unit
def allow_coupons() -> None:
    api.db.session.get_one(PurseKind, 1).with_coupons = True


def due_with(bill_id: int, code: str, coupon: Adjustment) -> int:
    api.db.session.rollback()
    draft = draft_of(api.db.session.get_one(Bill, bill_id))
    paid = replace(draft, purses=[FromPurse(code, 50_000)])
    return solve(paid, [*benefits_for(draft), coupon]).due_fen


def test_a_card_makes_cheaper_what_is_paid_from_it_and_cash_pays_full_price(anna: int) -> None:
    card = gold_card(anna, 500)
    top_up_plain(anna, 100)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(200))
    assert preview(bill_id).due_fen == 20_000
    assert preview(bill_id, 10_000).due_fen == 20_000
    assert preview(bill_id, purses=[(card, 16_000)]).due_fen == 16_000
    # Half of it from the card: 80 of 160 take 100 off the price in money.
    pay(bill_id, Tender("balance", 8_000, purse=card), cash(100))
    assert steps_of(bill_id) == [
        ("balance", 2_000, "Gold card: 80 % of the price when paid from it")
    ]
    assert left(anna) == (50_000 - 8_000 + 10_000, 0)


def test_a_card_for_services_pays_no_products(anna: int) -> None:
    card = gold_card(anna, 500, applies_to="services")
    bill_id = bill_of(anna)
    add_line(bill_id, "product", {"title": "洗发水", "price_fen": 6_800})
    assert preview(bill_id, purses=[(card, 6_800)]).balance_fen == 0
    with pytest.raises(api.Refused, match="More would be taken"):
        pay(bill_id, Tender("balance", 6_800, purse=card))
    with pytest.raises(api.NotFound, match="no such stored-value card"):
        pay(bill_id, Tender("balance", 6_800, purse="999"))


def test_two_cards_pay_one_bill_each_by_its_own_discount(anna: int) -> None:
    card = gold_card(anna, 500)
    top_up_plain(anna, 300)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(100))
    add_to(bill_id, service_for(300))
    quote = preview(bill_id, purses=[(card, 8_000), (None, 30_000)])
    assert (quote.due_fen, quote.balance_fen) == (38_000, 38_000)
    pay(bill_id, Tender("balance", 8_000, purse=card), balance(300))
    assert left(anna) == (42_000, 0)


def test_a_level_counts_once_and_the_other_says_why(anna: int) -> None:
    give_level((90, "any"), (95, "any"), (80, "balance"))
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(100))
    quote = preview(bill_id)
    with api.speaking("en"):
        told = [(api.thaw(dict(one.reason)), api.thaw(dict(one.why))) for one in quote.unused]
    assert quote.due_fen == 9_000
    assert told == [
        ("Level Gold: 95 % of the price", "A better one counts: Level Gold: 90 % of the price"),
        (
            "Level Gold: 80 % of the price when paid from balance",
            "It counts for what is paid from balance: up to ¥10.00 less.",
        ),
    ]


def test_a_benefit_that_she_declines_does_not_count(anna: int) -> None:
    give_level((90, "any"))
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(100))
    decline_benefit(bill_id, preview(bill_id).lines[0].steps[0].key)
    assert preview(bill_id).due_fen == 10_000
    assert api.thaw(dict(preview(bill_id).unused[0].why)) == "It was declined."


def test_what_is_settled_is_what_was_previewed(anna: int) -> None:
    give_level((88, "any"), (70, "balance"))
    top_up_plain(anna, 2_000)
    card = gold_card(anna, 2_000, 75, applies_to="services")
    dice = random.Random(20260331)
    for _turn in range(12):
        bill_id = bill_of(anna)
        for _line in range(dice.randint(1, 3)):
            if dice.random() < 0.3:
                facts = {"title": "洗发水", "price_fen": dice.randint(100, 20_000)}
                add_line(bill_id, "product", facts)
            else:
                add_to(bill_id, service_for(dice.randint(1, 250)))
        if dice.random() < 0.5:
            round_off(bill_id, dice.randint(0, 99))
        wanted = [(code, dice.randint(0, 15_000)) for code in (card, None)]
        first = preview(bill_id, purses=wanted)
        paid = [sum(line.from_purses[at] for line in first.lines) for at in range(2)]
        purses = [(code, fen) for (code, _fen), fen in zip(wanted, paid, strict=True) if fen]
        quote = preview(bill_id, purses=purses)
        assert (quote.due_fen, quote.balance_fen) == (first.due_fen, sum(paid))
        tenders = [Tender("balance", fen, purse=code) for code, fen in purses]
        money = [Tender("cash", quote.money_fen)] if quote.money_fen else []
        terms = preview(bill_id).terms
        pay(bill_id, *tenders, *money, due_fen=quote.due_fen, terms=terms)
        api.db.session.rollback()
        bill = api.db.session.get_one(Bill, bill_id)
        assert (bill.due_fen, bill.paid_fen, bill.state) == (
            quote.due_fen,
            quote.due_fen,
            "settled",
        )
        for line in api.db.session.query(Line).filter_by(bill_id=bill_id):
            assert line.due_fen == quote.line(line.id).due_fen
        told = [
            (s.step, s.amount_fen, api.thaw(dict(s.reason))) for q in quote.lines for s in q.steps
        ]
        assert sorted(steps_of(bill_id)) == sorted(told)


def test_a_bill_whose_price_changed_meanwhile_is_refused(anna: int) -> None:
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(100))
    seen = preview(bill_id)
    give_level((90, "any"))
    with pytest.raises(api.Conflict, match="The price of this bill has changed"):
        pay(bill_id, cash(90), terms=seen.terms)
    with pytest.raises(api.Conflict, match=r"comes to ¥90\.00 now"):
        pay(bill_id, cash(90), due_fen=seen.due_fen)
    pay(bill_id, cash(90), terms=preview(bill_id).terms)


def test_a_role_lowers_prices_and_gives_only_within_its_limits(store: Any) -> None:
    bill_id = bill_of()
    cut, wash = add_to(bill_id, service_for(100)), add_to(bill_id, service_for(400))
    colour = add_to(bill_id, service_for(200))
    set_limits(20, 50_000)
    desk = api.Actor(user_id=add_person("front_desk", store.id), name="desk")
    with api.acting_as(desk):
        with pytest.raises(api.Refused, match=r"lower this price to ¥80\.00 at most"):
            change_price(cut, 7_900, "a regular")
        change_price(cut, 8_000, "a regular")
        with pytest.raises(api.Refused, match="may not give things free"):
            give_free(wash, "a mishap")
    manager = api.Actor(user_id=add_person("manager", store.id), name="manager")
    with api.acting_as(manager):
        change_price(cut, 1_000, "a regular")
        give_free(wash, "a mishap")
        with pytest.raises(api.Refused, match=r"give away ¥100\.00 more today"):
            give_free(colour, "a mishap")
    owner = api.Actor(user_id=add_person("owner"), name="owner")
    with api.acting_as(owner):
        give_free(colour, "a mishap")
    assert preview(bill_id).due_fen == 1_000
    assert steps_of(bill_id)[0] == ("price_change", 9_000, "a regular")


def test_more_or_fewer_of_a_line_keep_to_what_its_price_was_lowered_by(store: Any) -> None:
    bill_id = bill_of()
    soap = add_line(bill_id, "product", {"title": "soap", "price_fen": 1_000}, quantity=10)
    gift = add_line(bill_id, "product", {"title": "comb", "price_fen": 30_000})
    set_limits(30, 50_000)
    manager = api.Actor(user_id=add_person("manager", store.id), name="manager")
    with api.acting_as(manager):
        change_price(soap.id, 7_000, "a regular")
        give_free(gift.id, "a mishap")
        assert change_line(soap.id, quantity=1).due_fen == 700
        with pytest.raises(api.Refused, match=r"give away ¥200\.00 more today"):
            change_line(gift.id, quantity=2)
    desk = api.Actor(user_id=add_person("front_desk", store.id), name="desk")
    with api.acting_as(desk):
        assert change_line(soap.id, quantity=2).due_fen == 1_400
        with pytest.raises(api.Refused, match="may not give things free"):
            change_line(gift.id, quantity=2)
    day = today_of(store.id) - dt.timedelta(days=1)
    with api.acting_as(manager):
        late = open_late_bill(store.id, day, "forgotten", key="late").id
        wash = add_to(late, service_for(210))
        with pytest.raises(api.Refused, match=r"give away ¥200\.00 more today"):
            give_free(wash, "a mishap")


def test_a_changed_price_that_finds_nothing_left_stands_at_nothing(anna: int) -> None:
    bill_id = bill_of(anna)
    line = add_line(bill_id, "product", {"title": "comb", "price_fen": 10})
    change_price(line.id, 4, "a regular")
    give_level((1, "any"))
    pay(bill_id)
    assert [step[:2] for step in steps_of(bill_id)] == [("price_change", 0), ("member", 10)]
    assert tie_out(whole_book()).ok
    undo_settlement(bill_id, "a mistake")
    assert [step[:2] for step in steps_of(bill_id)] == [("price_change", 6)]


def test_only_what_is_no_top_up_is_rounded_off(anna: int) -> None:
    bill_id = bill_of(anna)
    add_top_up(bill_id, 500)
    with pytest.raises(api.Refused, match=r"At most ¥0\.00 may be rounded off"):
        round_off(bill_id, 1)
    add_line(bill_id, "product", {"title": "洗发水", "price_fen": 6_880})
    assert rounding_sums(api.db.session.get_one(Bill, bill_id)) == [80, 380, 880]
    round_off(bill_id, 880)
    assert rounding_sums(api.db.session.get_one(Bill, bill_id)) == [80, 380, 880]
    pay(bill_id, cash(560))
    assert left(anna) == (50_000, 0)


def test_a_proposal_is_done_as_it_was_said(store: Any) -> None:
    shop = cards.Shop(store, join(store=store.id), service_for(128, "头皮护理"))
    product = cards.add_product("十次卡", 98_000, cards.item(shop.scalp, 10))
    cards.sell(shop, product)
    card = gold_card(shop.member.id, 500)
    bill_id = bill_of(shop.member.id)
    add_to(bill_id, shop.scalp)
    add_to(bill_id, service_for(100))
    best = proposals_for(bill_id)[0]
    with api.speaking("en"):
        said = [api.thaw(dict(words)) for words in best.words]
    assert said == ["1 session: 头皮护理 · 十次卡", "¥80.00 from: Gold card"]
    assert (best.money_fen, best.cost_fen) == (0, 17_800)
    tenders = take_proposal(bill_id, best.sign)
    assert tenders == [Tender("balance", 8_000, purse=card)]
    assert {line.kind for line in lines_of(bill_id)} == {"service", "session"}
    pay(bill_id, *tenders)
    assert api.db.session.get_one(Bill, bill_id).state == "settled"
    with pytest.raises(api.Conflict):
        take_proposal(bill_id, best.sign)


@pytest.mark.any_engine
def test_a_card_that_is_opened_on_the_bill_pays_it_with_its_discount(anna: int) -> None:
    kind = card_kind("Gold card", percent=80)
    tier = offer(500, 50, purse_kind_id=kind)
    bill_id = bill_of(anna)
    add_line(bill_id, "top_up", {"amount_fen": 50_000, "tier_id": tier})
    add_to(bill_id, service_for(110))
    best = proposals_for(bill_id)[0]
    assert best.purses == ((f"new:{kind}", 8_800),)
    assert best.money_fen == 50_000
    tenders = take_proposal(bill_id, best.sign)
    pay(bill_id, cash(500), *tenders)
    card = next(one for one in purses_of(anna) if one.kind_id == kind)
    assert (card.principal_fen, card.bonus_fen) == (42_000, 4_200)
    assert api.db.session.query(Payment).filter_by(purse=card.code).one().amount_fen == 8_800
    assert verify().findings == {}
    second = bill_of(anna)
    add_line(second, "top_up", {"amount_fen": 50_000, "tier_id": tier})
    add_to(second, service_for(1_000))
    assert proposals_for(second)[0].purses[0][0] == card.code
    assert plan(api.db.session.get_one(Bill, second)).purses[-1][1] == 46_200 + 55_000


def test_one_member_s_benefits_on_many_bills_of_one_person_are_odd(anna: int) -> None:
    give_level((90, "any"))
    for _guest in range(3):
        assert oddities(Span(today_of(1), today_of(1))) == []
        bill_id = bill_of(anna)
        add_to(bill_id, service_for(100))
        pay(bill_id, cash(90))
    [odd] = oddities(Span(today_of(1), today_of(1)))
    assert (odd.kind, odd.fen, odd.what) == ("benefits", 3_000, f"{today_of(1)} · 3 bills")
    number = api.db.session.get_one(Member, anna).number
    assert odd.reason == f"Member {number}"
    assert odd.url.endswith(f"/{bill_id}/")
