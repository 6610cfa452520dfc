"""Using sessions: count and income, limits, agreement, and undoing."""

from __future__ import annotations

import datetime as dt
import threading
from unicodedata import normalize
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cards.api import (
    Card,
    CardUse,
    cards_session_undone,
    cards_session_used,
    earn_pass,
    earned_so_far,
    offers_of,
    undo_use,
    usable_on,
    use_session,
)
from plugins.cards.models import Part
from plugins.cards.services import using
from plugins.cards.services.accounts import Left, left_of
from plugins.cards.services.changing import extend_card, pause_card, resume_card, share_card
from plugins.cards.services.giving import give_card
from plugins.cards.services.nightly import earn_passes, remind_members
from plugins.cards.services.offering import why_not
from plugins.cards.services.refunding import refundable_cards
from plugins.cashier.api import cashier_tie_rules
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.reports.unearned import unearned
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import exposure, freeze_member, membership_prepaid_accounts
from plugins.messages.api import Message
from tests.support.cards import Shop, add_product, entry, item, open_shop, refused, sell, use
from tests.support.ledger import balance
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.salon import add_service, add_staff, add_store

pytestmark = pytest.mark.either_engine

DAY = dt.timedelta(days=1)


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


@pytest.fixture
def card(shop: Shop) -> Card:
    return sell(shop, add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10, free=2)))


def left(card: Card) -> Left:
    api.db.session.rollback()
    part = api.db.session.get_one(Card, card.id).parts[0]
    return left_of([part])[part.id]


def revenue(shop: Shop) -> int:
    return balance(ledger.salon("revenue", shop.store.id))


def told(shop: Shop, kind: str) -> int:
    query = sa.select(sa.func.count()).where(
        Message.member_id == shop.member.id, Message.kind == kind
    )
    return api.db.session.scalar(query) or 0


def test_each_session_earns_its_share_and_the_free_ones_nothing(shop: Shop, card: Card) -> None:
    uses = [use(shop, card) for _number in range(12)]
    assert [one.income_fen for one in uses] == [9_800] * 10 + [0, 0]
    assert [one.free for one in uses] == [False] * 10 + [True, True]
    assert revenue(shop) == 98_000
    with refused("All sessions are used"):
        use(shop, card)
    assert verify().findings == {}


def test_the_rounding_of_a_price_is_never_lost(shop: Shop) -> None:
    card = sell(shop, add_product("头皮护理 3 次", 10_000, item(shop.scalp, 3)))
    assert [use(shop, card).income_fen for _number in range(3)] == [3_333, 3_333, 3_334]


def test_a_use_freezes_prices_person_and_how_she_agreed(shop: Shop, card: Card) -> None:
    amy = add_staff("Amy", shop.store)
    one = use(shop, card, staff_id=amy.id, device="till:3", agreed_by="signature")
    assert (one.list_fen, one.deal_fen, one.staff_id) == (12_800, 9_800, amy.id)
    assert (one.agreed_by, one.device) == ("signature", "till:3")
    line = api.db.session.query(ledger.Use).one()
    assert (line.list_fen, line.deal_fen, line.staff_id) == (12_800, 9_800, amy.id)


def test_she_is_told_of_each_session_at_once(shop: Shop, card: Card, announced: object) -> None:
    one = use(shop, card, agreed_by="staff_only")
    assert told(shop, "cards.used") == 1
    assert announced(cards_session_used) == [{"use_id": one.id}]  # type: ignore[operator]


def test_the_same_form_uses_one_session(shop: Shop, card: Card) -> None:
    first, again = (use(shop, card, key="form:2") for _number in range(2))
    assert first.id == again.id
    assert left(card) == Left(9, 2)


def test_a_dearer_service_takes_a_supplement(shop: Shop) -> None:
    plain, fancy = add_service("单色", price_fen=16_800), add_service("彩绘", price_fen=26_800)
    product = add_product("美甲任选", 138_000, item([plain, fancy], 10, list_fen=16_800))
    card = sell(shop, product)
    dear = use(shop, card, variant_id=fancy.variants[0].id)
    assert (dear.supplement_fen, dear.list_fen) == (10_000, 16_800)
    assert use(shop, card).supplement_fen == 0
    assert use(shop, card, variant_id=fancy.variants[0].id, supplement_fen=0).list_fen == 26_800


def test_a_card_is_for_its_own_services_only(shop: Shop, card: Card) -> None:
    other = add_service("日式美甲")
    with refused("not for this service"):
        use(shop, card, variant_id=other.variants[0].id)
    assert usable_on(shop.member.id, other.variants[0].id, card.sold_on, shop.store.id) == []
    fit = usable_on(shop.member.id, shop.variant_id, card.sold_on, shop.store.id)
    assert [offer.card.id for offer in fit] == [card.id]


def test_a_card_counts_on_its_days_only(shop: Shop) -> None:
    card = sell(shop, add_product("月卡", 30_000, item(shop.scalp, 4), valid_days=30))
    assert card.until_on == card.sold_on + 29 * DAY
    with api.at_moment(api.now() + 29 * DAY):
        use(shop, card)
    with api.at_moment(api.now() + 30 * DAY), refused("ended"):
        use(shop, card)


def test_a_card_may_begin_with_its_first_use(shop: Shop) -> None:
    product = add_product(
        "首用生效", 30_000, item(shop.scalp, 4), valid_days=30, starts="first_use"
    )
    card = sell(shop, product)
    assert card.until_on is None
    with api.at_moment(api.now() + 100 * DAY):
        one = use(shop, card)
        assert card.until_on == one.used_on + 29 * DAY
        undo_use(one.id, "点错")
        assert api.db.session.get_one(Card, card.id).until_on is None


def test_days_are_those_of_the_store_also_when_clocks_change(app: Flask) -> None:
    shop = open_shop("Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    with api.at_moment(dt.datetime(2026, 3, 28, 23, 30, tzinfo=berlin)):
        card = sell(shop, add_product("两天卡", 9_900, item(shop.scalp, 4), valid_days=2))
    assert card.until_on == dt.date(2026, 3, 29)
    with api.at_moment(dt.datetime(2026, 3, 29, 23, 59, tzinfo=berlin)):
        use(shop, card)
    with api.at_moment(dt.datetime(2026, 3, 30, 0, 1, tzinfo=berlin)), pytest.raises(api.Refused):
        use(shop, card)


def test_a_week_has_its_limit_from_monday_on(shop: Shop) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    saturday = dt.datetime(2026, 5, 16, 15, tzinfo=zone)
    with api.at_moment(saturday):
        card = sell(shop, add_product("周卡", 60_000, item(shop.scalp, 9), per_week=2))
        first = use(shop, card)
        use(shop, card)
        with refused("this week"):
            use(shop, card)
        undo_use(first.id, "点错")
        use(shop, card)
    with api.at_moment(saturday + 2 * DAY):
        use(shop, card)


def test_a_card_counts_in_its_stores_only(shop: Shop) -> None:
    elsewhere = add_store("南山店")
    card = sell(shop, add_product("福田卡", 9_900, item(shop.scalp, 2), stores=[shop.store]))
    with refused("this store"):
        use(shop, card, store_id=elsewhere.id)
    (offer,) = offers_of(shop.member.id, elsewhere.id, card.sold_on)
    assert not offer.usable


def test_nothing_is_used_on_a_frozen_file(shop: Shop, card: Card) -> None:
    freeze_member(shop.member.id, "争议中")
    with refused("frozen"):
        use(shop, card)
    assert usable_on(shop.member.id, shop.variant_id, card.sold_on, shop.store.id) == []


def test_undoing_gives_count_and_income_back_and_tells_her(
    shop: Shop, card: Card, announced: object
) -> None:
    one = use(shop, card)
    undo_use(one.id, "做错了项目")
    undo_use(one.id, "又按了一次")
    assert left(card) == Left(10, 2)
    assert revenue(shop) == 0
    assert told(shop, "cards.undone") == 1
    assert announced(cards_session_undone) == [{"use_id": one.id}]  # type: ignore[operator]
    assert api.db.session.get_one(CardUse, one.id).undo_reason == "做错了项目"
    assert verify().findings == {}


def test_each_message_of_a_card_names_the_store_and_what_is_left(shop: Shop, card: Card) -> None:
    undo_use(use(shop, card).id, "做错了项目")
    other = join("Lin", shop.store.id, phone=None)
    give_card(entry(shop, "give"), card.id, shop.member.id, other.id)
    store = shop.store.name
    with api.speaking("zh_Hans_CN"):
        told = [api.thaw(one.body) for one in api.db.session.query(Message).order_by(Message.id)]
    plain = [normalize("NFKC", text).partition(",")[2] for text in told]
    assert plain == [
        f"您在{store}购买了“头皮护理 10 次”,剩余 12 次。",
        f"您在{store}使用了“头皮护理 10 次”中的{shop.scalp.name},剩余 11 次。",
        f"{store}已将 1 次{shop.scalp.name}退回您的“头皮护理 10 次”,剩余 12 次。",
        f"您在{store}的“头皮护理 10 次”及其剩余全部次数已转给其他会员。",
        f"{store}的“头皮护理 10 次”已转入您名下,剩余 12 次。",
    ]


def test_a_use_is_undone_on_its_own_day_only(shop: Shop, card: Card) -> None:
    one = use(shop, card)
    with refused("Say why"):
        undo_use(one.id, " ")
    with api.at_moment(api.now() + DAY), refused("today"):
        undo_use(one.id, "太晚")


def year_card(shop: Shop) -> Card:
    product = add_product("洗吹年卡", 365_000, item(shop.scalp), kind="pass", valid_days=365)
    return sell(shop, product)


def test_a_pass_earns_in_a_straight_line_by_day(shop: Shop) -> None:
    card = year_card(shop)
    use(shop, card)
    assert revenue(shop) == 0
    with api.at_moment(api.now() + 100 * DAY):
        earn_passes()
        earn_passes()
        assert revenue(shop) == 100_000
        assert card.price_fen - earned_so_far(card) == 265_000
        assert earn_pass(card.id) == 0
    with api.at_moment(api.now() + 500 * DAY):
        earn_passes()
        assert revenue(shop) == 365_000
    assert verify().findings == {}


def test_the_price_of_a_pass_stands_under_its_name_in_all_that_is_owed(shop: Shop) -> None:
    card = year_card(shop)
    [sold] = [one for some in api.answers(membership_prepaid_accounts) for one in some]
    found = api.db.session.execute(sa.select(sold)).one()
    assert (found.account_id, found.product) == (card.unearned_account_id, "洗吹年卡")
    with api.at_moment(api.now() + 100 * DAY):
        earn_passes()
        today = api.today("Asia/Shanghai")
        sums = {roll.product: roll.closing for roll in unearned(Span(today, today))}
        assert sums == {"洗吹年卡": 265_000}
        owed = exposure(today=today)
        assert owed.by_store[shop.store.id].prepaid_fen == owed.total.cards_fen == 265_000
        assert [one.cards_fen for _label, one in owed.by_age] == [0, 265_000, 0, 0, 0]
        assert exposure([shop.store.id + 1], today=today).total.cards_fen == 0
    assert not {"unearned", "exposure"} & tie_out(whole_book()).by_check().keys()


def test_a_pause_extends_a_pass_and_stops_its_earning(shop: Shop) -> None:
    card, start = year_card(shop), api.now()
    until_on = card.until_on
    assert until_on is not None
    with api.at_moment(start + 10 * DAY):
        pause_card(card.id, "怀孕")
        assert told(shop, "cards.paused") == 1
        with refused("paused"):
            use(shop, card)
    with api.at_moment(start + 40 * DAY):
        earn_passes()
        assert revenue(shop) == 10_000
        resume_card(card.id)
        assert api.db.session.get_one(Card, card.id).until_on == until_on + 30 * DAY
        assert told(shop, "cards.resumed") == 1
        use(shop, card)
    with api.at_moment(start + 60 * DAY):
        earn_passes()
        assert revenue(shop) == 30_000


def test_a_rest_before_the_first_use_is_no_part_of_a_pass(shop: Shop) -> None:
    year = add_product(
        "年卡", 365_000, item(shop.scalp), kind="pass", valid_days=365, starts="first_use"
    )
    card, start = sell(shop, year), api.now()
    pause_card(card.id, "怀孕")
    with api.at_moment(start + 30 * DAY):
        resume_card(card.id)
        use(shop, card)
    with api.at_moment(start + 40 * DAY):
        earn_passes()
        assert revenue(shop) == 10_000
        (found,) = refundable_cards(shop.member.id)
        assert found.purchase.term is not None
        assert found.purchase.term.over(api.today("Asia/Shanghai")) == 10


def test_an_extension_has_a_reason_and_is_told(shop: Shop) -> None:
    card = sell(shop, add_product("月卡", 30_000, item(shop.scalp, 4), valid_days=30))
    assert card.until_on is not None
    with refused("after"):
        extend_card(card.id, card.until_on, "门店装修")
    extend_card(card.id, card.until_on + 10 * DAY, "门店装修")
    assert told(shop, "cards.extended") == 1
    with api.at_moment(api.now() + 35 * DAY):
        use(shop, card)


def test_she_hears_thirty_seven_and_one_day_before(shop: Shop) -> None:
    card = sell(shop, add_product("季卡", 30_000, item(shop.scalp, 4), valid_days=91))
    now, heard = api.now(), []
    for day in (59, 60, 61, 83, 84, 88, 89, 90, 91):
        with api.at_moment(now + day * DAY):
            remind_members()
            remind_members()
        heard.append(told(shop, "cards.ending"))
    assert heard == [0, 1, 1, 2, 2, 2, 3, 3, 3]
    assert left(card) == Left(4)


def test_somebody_named_uses_a_shared_card(shop: Shop, card: Card) -> None:
    mother = share_card(card.id, "妈妈")
    assert use(shop, card, person_id=mother.id).person == "妈妈"
    assert use(shop, card).person == ""


def race(app: Flask, shop: Shop, part_id: int) -> list[str]:
    """Let eight people use the same session, each with a form of her own."""
    heads = [entry(shop, "use_session", agreed_by="code") for _number in range(8)]
    variant_id = shop.variant_id

    def attempt(number: int) -> str:
        try:
            use_session(heads[number], part_id, variant_id)
        except api.Refused:
            return "refused"
        return "used"

    return sorted(str(one) for one in at_once(app, 8, attempt))


def test_eight_at_once_get_one_last_session(app: Flask, shop: Shop) -> None:
    card = sell(shop, add_product("体验卡", 9_900, item(shop.scalp, 1)))
    assert race(app, shop, card.parts[0].id) == ["refused"] * 7 + ["used"]
    assert left(card) == Left(0)
    assert revenue(shop) == 9_900


def test_eight_at_once_get_the_last_session_of_the_week(app: Flask, shop: Shop) -> None:
    card = sell(shop, add_product("周卡", 60_000, item(shop.scalp, 9), per_week=1))
    assert race(app, shop, card.parts[0].id) == ["refused"] * 7 + ["used"]
    assert left(card) == Left(8)


def test_without_lock_and_limit_the_week_is_overdrawn(
    app: Flask, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: who looks first and takes later, all at once, takes too much."""
    card = sell(shop, add_product("周卡", 60_000, item(shop.scalp, 9), per_week=1))
    gate = threading.Barrier(8)
    card_id, store_id, today = card.id, shop.store.id, card.sold_on
    heads = [entry(shop, "use_session", agreed_by="code") for _number in range(8)]
    part_id, variant_id = card.parts[0].id, shop.variant_id
    monkeypatch.setattr(using, "why_not", lambda *_told: None)

    def naive(number: int) -> str:
        fits = why_not(api.db.session.get_one(Card, card_id), store_id, today) is None
        api.db.session.rollback()
        gate.wait()
        if fits:
            use_session(heads[number], part_id, variant_id)
        return "used" if fits else "refused"

    assert [str(one) for one in at_once(app, 8, naive)] == ["used"] * 8
    assert left(card) == Left(1)


def test_the_tie_out_names_a_use_that_was_edited_in_the_database(shop: Shop, card: Card) -> None:
    use(shop, card)
    api.unit(api.db.session.execute)(sa.update(CardUse).values(list_fen=CardUse.list_fen + 1))
    api.unit(api.db.session.execute)(sa.update(Card).values(price_fen=Card.price_fen - 1))
    found = tie_out(whole_book()).by_check()
    own = {rule.key for some in api.answers(cashier_tie_rules) for rule in some}
    assert own & found.keys() == {"card_uses", "card_prices"}
    assert found["card_uses"][0].expected is found["card_uses"][0].found is None
    assert found["card_prices"][0].figures() == ("¥979.99", "¥980.00")


def test_the_tie_out_counts_sessions_that_were_edited_as_sessions(shop: Shop, card: Card) -> None:
    api.unit(api.db.session.execute)(sa.update(Part).values(sessions=11, free=1))
    found = tie_out(whole_book()).by_check()
    assert found["card_parts"][0].figures() == ("11", "10")
    assert found["card_free"][0].figures() == ("1", "2")
