"""Top-ups: which offer is best, what comes with it, limits of the law, cards and PINs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import api, approval, clock
from plugins.ledger.api import Insufficient, KeyUsed, Opening, lots_of, open_balances
from plugins.ledger.services.verifying import verify
from plugins.membership.api import (
    AboveCap,
    OfferGone,
    RechargeTier,
    ValueFrozen,
    WrongPin,
    ask_adjustment,
    check_member_pin,
    freeze_member,
    freeze_value,
    legal_figures,
    merge_members,
    offers_for,
    pay_from_balance,
    purses_of,
    quote_recharge,
    read_quote,
    set_member_pin,
    transfer_value,
    undo_recharge,
    unfreeze_value,
)
from plugins.membership.models import Recharge
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.id_documents import ASK
from plugins.membership.services.offers import best_of
from plugins.membership.services.recharging import SPLIT
from plugins.membership.services.regions import CITY, LEGAL_FORM, has_own_pack
from plugins.membership.services.timeline import timeline_of
from plugins.messages.models import Message
from tests.support.levels import build_ladder, ids_by_name, level_name
from tests.support.membership import join
from tests.support.people import add_person, add_store
from tests.support.value import card_kind, entry, line, offer, quote, sell, top_up

pytestmark = pytest.mark.either_engine

YUAN = 100


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Iterator[None]:
    with api.speaking("en"):
        yield


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    build_ladder()
    return int(join().id)


@pytest.fixture
def offers(anna: int) -> dict[str, int]:
    levels = ids_by_name()
    return {
        "500": offer(500, 50),
        "1000": offer(1000, 150),
        "3000": offer(3000, 600, level_id=levels["Gold"]),
        "5000": offer(5000, 1200, level_id=levels["Diamond"]),
        "first": offer(300, 100, first_only=True),
    }


@api.unit
def put(setting: api.Setting[str], value: str) -> None:
    setting.put(value)


def titles_of(member_id: int) -> list[str]:
    rows = api.db.session.query(Message).filter_by(member_id=member_id).order_by(Message.id)
    return [message.kind for message in rows]


# -- which offer -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yuan", "bonus"), [(100, 0), (500, 50), (888, 50), (1000, 150), (2999, 150), (5000, 1200)]
)
def test_a_free_amount_takes_the_best_offer_that_it_reaches(
    anna: int, offers: dict[str, int], yuan: int, bonus: int
) -> None:
    open_balances("old", [Opening(member_id=anna, principal_fen=100)])
    assert quote(anna, yuan).bonus_fen == bonus * YUAN


def test_the_first_top_up_takes_the_offer_for_it(anna: int, offers: dict[str, int]) -> None:
    first = quote(anna, 500)
    assert (first.bonus_fen, first.tier_id) == (10_000, offers["first"])
    assert first.reason == "300+100: for her first top-up."
    sell(first)
    assert quote(anna, 500).tier_id == offers["500"]
    assert [tier.id for tier in offers_for(anna, 1)] == [
        offers[name] for name in ("500", "1000", "3000", "5000")
    ]


def test_a_first_top_up_is_hers_once_wherever_the_money_went(
    anna: int, offers: dict[str, int]
) -> None:
    bella, cleo = (int(join(name, phone=f"1390000000{n}").id) for n, name in enumerate("BC", 2))
    open_balances("old", [Opening(member_id=cleo, principal_fen=100)])
    top_up(anna, 300)
    for giver in (anna, cleo):
        transfer_value(entry("transfer", agreed_by="pin"), giver, bella)
        assert quote(giver, 300).tier_id is None
    assert quote(bella, 300).tier_id == offers["first"]
    transfer_value(entry("transfer", agreed_by="pin"), bella, anna)
    assert quote(bella, 300).tier_id == offers["first"]


def test_what_was_adjusted_by_hand_is_no_top_up(anna: int, offers: dict[str, int]) -> None:
    asked = ask_adjustment(anna, principal_fen=100, bonus_fen=0, reason="goodwill", key="1")
    with api.acting_as(api.Actor(user_id=add_person("manager", 1), name="second")):
        approval.agree(asked)
    assert holdings_of(anna).balance_fen == 100
    assert quote(anna, 300).tier_id == offers["first"]


def test_a_quote_says_why_and_what_the_next_offer_needs(anna: int, offers: dict[str, int]) -> None:
    open_balances("old", [Opening(member_id=anna, principal_fen=100)])
    shown = quote(anna, 800)
    assert shown.reason == "500+50: the best offer up to ¥800.00."
    assert shown.upsell == "¥200.00 more and it is 1000+150, with a bonus of ¥150.00."
    assert quote(anna, 100).reason == "No offer begins at ¥100.00 or below."
    assert read_quote(shown.facts()) == shown


def test_offers_keep_their_days_stores_and_times(anna: int) -> None:
    other = add_store("南山店")
    offer(100, 10, name="past", until_on=api.today("Asia/Shanghai") - dt.timedelta(days=1))
    offer(100, 20, name="to come", from_on=api.today("Asia/Shanghai") + dt.timedelta(days=1))
    offer(100, 30, name="withdrawn", on_sale=False)
    once = offer(100, 5, name="once", most=1)
    elsewhere = offer(100, 40, name="elsewhere")
    _only_in(elsewhere, other)
    assert quote(anna, 100).tier_id == once
    assert quote(anna, 100, store=other).tier_id == elsewhere
    top_up(anna, 100)
    assert quote(anna, 100).tier_id is None


@api.unit
def _only_in(tier_id: int, store_id: int) -> None:
    tier = api.db.session.get_one(RechargeTier, tier_id)
    tier.stores.append(api.db.session.get_one(api.Store, store_id))


@pytest.mark.any_engine
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6), st.integers(0, 5), st.integers(0, 3), st.sampled_from(["", "tea"])
        ),
        max_size=6,
    ),
    st.integers(1, 7),
)
def test_the_best_offer_is_the_one_that_a_naive_search_finds(
    told: list[tuple[int, int, int, str]], amount: int
) -> None:
    tiers = [
        RechargeTier(id=number, amount_fen=a, bonus_fen=b, points=p, gift=g)
        for number, (a, b, p, g) in enumerate(told, 1)
        if a <= amount
    ]
    naive: RechargeTier | None = None
    for tier in tiers:
        if naive is None or _gives(tier) > _gives(naive):
            naive = tier
    assert best_of(tiers, []) is naive


def _gives(tier: RechargeTier) -> tuple[int, int, bool, int]:
    return tier.bonus_fen, tier.points, bool(tier.gift), tier.amount_fen


# -- selling -----------------------------------------------------------------------------------


def test_500_with_50_gives_a_lot_of_550_and_110_of_it_earns_100(
    anna: int, offers: dict[str, int]
) -> None:
    sell(quote(anna, 500, tier_id=offers["500"]))
    assert (holdings_of(anna).principal_fen, holdings_of(anna).bonus_fen) == (50_000, 5_000)
    spent = pay_from_balance(entry("spend"), anna, [line(110)])
    assert (spent.paid, spent.gift, spent.income_fen) == (10_000, 1_000, 10_000)
    assert titles_of(anna) == ["membership.topped_up", "membership.paid"]


def test_two_lots_are_spent_one_after_the_other(anna: int, offers: dict[str, int]) -> None:
    sell(quote(anna, 500, tier_id=offers["500"]))
    top_up(anna, 1000)
    spent = pay_from_balance(entry("spend"), anna, [line(700)])
    assert (spent.paid, spent.gift, spent.income_fen) == (63_043, 6_957, 63_043)


def test_level_points_and_gift_come_with_an_offer(anna: int) -> None:
    offer(3000, 600, name="gold", level_id=ids_by_name()["Gold"], points=30, gift="Hair oil")
    top_up(anna, 3000)
    assert level_name(anna) == "Gold"
    assert holdings_of(anna).points >= 30
    assert "Gift with the top-up: Hair oil" in [moment.text for moment in timeline_of(anna)]


def test_the_same_form_sent_twice_sells_once(anna: int, offers: dict[str, int]) -> None:
    quoted, head = quote(anna, 1000), entry()
    assert sell(quoted, head=head) == sell(quoted, head=head)
    assert api.db.session.query(Recharge).count() == 1
    with pytest.raises(KeyUsed):
        sell(quote(anna, 500), head=head)


def test_a_quote_for_a_first_top_up_is_refused_when_it_is_the_second(
    anna: int, offers: dict[str, int]
) -> None:
    held, other = quote(anna, 300), quote(anna, 300)
    sell(held)
    with pytest.raises(OfferGone):
        sell(other)


def test_a_top_up_is_undone_with_all_that_came_with_it(anna: int, offers: dict[str, int]) -> None:
    head = entry()
    sell(quote(anna, 3000), head=head)
    assert level_name(anna) == "Gold"
    undo_recharge(entry("reverse"), head.key)
    assert level_name(anna) == "Plain"
    assert holdings_of(anna).balance_fen == 0
    assert quote(anna, 300).first_only
    assert verify().findings == {}


def test_a_top_up_that_was_spent_from_is_not_undone(anna: int, offers: dict[str, int]) -> None:
    head = entry()
    sell(quote(anna, 1000), head=head)
    pay_from_balance(entry("spend"), anna, [line(1)])
    with pytest.raises(Insufficient):
        undo_recharge(entry("reverse"), head.key)


@pytest.mark.parametrize(
    ("order", "parts"),
    [("pro_rata", (10_000, 1_000)), ("paid_first", (11_000, 0)), ("gift_first", (6_000, 5_000))],
)
def test_the_spending_order_is_frozen_when_a_lot_is_sold(
    anna: int, offers: dict[str, int], order: str, parts: tuple[int, int]
) -> None:
    put(SPLIT, order)
    sell(quote(anna, 500, tier_id=offers["500"]))
    put(SPLIT, "pro_rata")
    spent = pay_from_balance(entry("spend"), anna, [line(110)])
    assert (spent.paid, spent.gift) == parts


# -- limits of the law -------------------------------------------------------------------------


def test_a_company_cannot_sell_above_the_limit_whoever_asks(anna: int) -> None:
    put(LEGAL_FORM, "company")
    put(ASK, "never")
    top_up(anna, 3000)
    with pytest.raises(AboveCap, match=r"¥5,000.00 of principal at most, and would hold ¥5,000.01"):
        quote_recharge(anna, 200_001, store_id=1)
    assert quote(anna, 2000).warning == ""


def test_a_quote_from_before_the_salon_was_a_company_is_refused_at_the_sale(anna: int) -> None:
    quoted = quote(anna, 6000)
    put(LEGAL_FORM, "company")
    with pytest.raises(AboveCap):
        sell(quoted, over_cap_note="she insists")


def test_a_sole_trader_is_warned_and_says_why(anna: int) -> None:
    quoted = quote(anna, 6000)
    assert "do not bind a sole trader" in quoted.warning
    with pytest.raises(api.Refused, match="Say why"):
        sell(quoted)
    sell(quoted, over_cap_note="wedding of her daughter")
    sold = api.db.session.query(Recharge).one()
    assert sold.over_cap_note == "wedding of her daughter"


def test_a_card_in_nobodys_name_has_the_lower_limit(anna: int) -> None:
    kind = card_kind("Gift card", named=False)
    offer(500, 0, name="gift", purse_kind_id=kind)
    assert quote(anna, 1001).cap_fen == 100_000


def test_a_city_without_a_pack_has_the_national_rules_only(anna: int) -> None:
    assert not has_own_pack()
    assert legal_figures()["refund_days"].region == "cn"
    put(CITY, "beijing")
    assert has_own_pack()
    assert legal_figures()["refund_days"].region == "beijing"
    assert legal_figures()["named_cap_fen"].value == 500_000
    assert all(figure.source and figure.as_of for figure in legal_figures().values())


# -- several cards -----------------------------------------------------------------------------


def test_a_card_with_a_discount_has_its_own_lots_and_pays_only_when_named(anna: int) -> None:
    kind = card_kind("20% off", percent=80)
    offer(1000, 100, name="discount card", purse_kind_id=kind)
    top_up(anna, 1000)
    top_up(anna, 200, head=entry())
    plain, card = sorted(purses_of(anna), key=lambda one: one.percent, reverse=True)
    assert (plain.balance_fen, card.balance_fen, card.percent) == (20_000, 110_000, 80)
    with pytest.raises(Insufficient):
        pay_from_balance(entry("spend"), anna, [line(300)])
    pay_from_balance(entry("spend"), anna, [line(300)], card.code)
    assert sum(lot.left for lot in lots_of(anna)) == 100_000
    with pytest.raises(api.NotFound):
        pay_from_balance(entry("spend"), anna, [line(1)], "999")


def test_a_second_top_up_goes_to_the_card_that_she_has(anna: int) -> None:
    kind = card_kind("VIP", percent=90)
    offer(1000, 0, name="vip", purse_kind_id=kind)
    top_up(anna, 1000)
    top_up(anna, 1000)
    assert [one.principal_fen for one in purses_of(anna)] == [200_000, 0]


# -- freezing and PINs -------------------------------------------------------------------------


def test_frozen_value_neither_pays_nor_grows(anna: int, offers: dict[str, int]) -> None:
    top_up(anna, 500)
    freeze_value(anna, "card lost")
    for act in (
        lambda: pay_from_balance(entry("spend"), anna, [line(1)]),
        lambda: top_up(anna, 500),
    ):
        with pytest.raises(ValueFrozen, match="card lost"):
            act()
    unfreeze_value(anna)
    pay_from_balance(entry("spend"), anna, [line(1)])
    freeze_member(anna, "dispute")
    with pytest.raises(api.Refused, match="dispute"):
        pay_from_balance(entry("spend"), anna, [line(1)])


def test_a_pin_is_checked_and_soon_throttled(anna: int) -> None:
    with pytest.raises(api.Refused, match="easy to guess"):
        set_member_pin(anna, "1234")
    set_member_pin(anna, "2580")
    check_member_pin(anna, "2580")
    for _try in range(5):
        with pytest.raises(WrongPin):
            check_member_pin(anna, "0000")
    with pytest.raises(api.Refused) as refused:
        check_member_pin(anna, "2580")
    assert not isinstance(refused.value, WrongPin)
    with clock.frozen(clock.now() + dt.timedelta(hours=2)):
        check_member_pin(anna, "2580")


def test_two_files_merged_keep_both_top_ups_and_the_count_of_offers(
    anna: int, offers: dict[str, int]
) -> None:
    bella = int(join("王莉", phone="13800138009").id)
    top_up(anna, 300)
    top_up(bella, 300)
    merge_members(anna, bella)
    assert holdings_of(anna).balance_fen == 80_000
    assert quote(anna, 300).tier_id is None
    assert verify().findings == {}
