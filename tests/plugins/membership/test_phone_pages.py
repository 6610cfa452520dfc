"""Members on their phones: applying, binding, the card, and what nobody is told."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api, clock, worker
from console.inbox import Notice
from plugins.ledger.api import Opening, open_balances
from plugins.ledger.services.verifying import verify
from plugins.membership.api import (
    Member,
    Touch,
    find_by_phone,
    join_by,
    membership_member_joined,
    membership_tiles,
    read_code,
)
from plugins.membership.models import CardRequest, JoinCode, VisitorSession
from plugins.membership.services.filing import change_phone
from plugins.membership.services.freezing import freeze_member
from plugins.membership.services.identities import (
    bind_identity,
    find_by_identity,
    unbind_identity,
)
from plugins.membership.services.join_codes import add_join_code
from plugins.membership.services.visitors import IDLE_DAYS
from plugins.messages.hookspecs import messages_find_recipient
from plugins.salon.services.staffing import end_employment, leaving_consequences
from tests.support.membership import PHONE, join
from tests.support.pages import ids_of, words
from tests.support.parallel import at_once
from tests.support.people import SignIn, add_store, post
from tests.support.phones import Phone, phone, phone_of, read_code_of
from tests.support.salon import add_staff

pytestmark = pytest.mark.either_engine

__all__ = ["phone"]
NEW = "13900139001"
LIST = "/console/membership/members/"


@pytest.fixture
def store(app: Flask) -> int:
    return add_store("福田店")


def count() -> int:
    return api.db.session.query(Member).count()


def member_with(number: str) -> Member:
    found = find_by_phone(number)
    assert found is not None
    return found


def test_who_has_no_card_is_shown_two_ways_to_one(phone: Phone, store: int) -> None:
    page = phone.get("/membership/card")
    assert page.request.path == "/membership/welcome"
    assert "Bind a WeChat member card" in page.text
    assert "Apply for a WeChat member card" in page.text


def test_applying_makes_a_member_at_once_and_staff_see_her(
    phone: Phone, store: int, sign_in: SignIn
) -> None:
    page = phone.apply(NEW, store)
    assert page.request.path == "/membership/card"
    member = member_with(NEW)
    assert member.number in page.text
    assert (member.source, member.source_store_id, member.home_store_id) == ("wechat", store, store)
    desk = sign_in("front_desk", store)
    assert member.id in ids_of(desk.get(LIST).text)
    notice = api.db.session.scalar(sa.select(Notice).where(Notice.url.contains(f"/{member.id}/")))
    assert notice is not None
    assert (notice.store_id, notice.todo) == (store, False)


def test_applying_needs_a_phone_a_store_and_consent(phone: Phone, store: int) -> None:
    for fields in (
        {"phone": "12", "store_id": store, "agreed": "1"},
        {"phone": NEW, "store_id": 99, "agreed": "1"},
        {"phone": NEW, "store_id": store},
    ):
        page = phone.post("/membership/apply", **fields)
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert str(fields["phone"]) in page.text, "what she typed is kept"
    assert count() == 0


def test_a_wrong_code_makes_nobody_a_member(phone: Phone, store: int) -> None:
    phone.post("/membership/apply", phone=NEW, store_id=store, agreed="1")
    right = read_code_of(NEW)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    assert phone.post("/membership/confirm", code=wrong).status_code == 422
    assert count() == 0
    assert phone.post("/membership/confirm", code=right).request.path == "/membership/card"


def test_applying_with_a_known_phone_binds_the_file_that_is_there(phone: Phone, store: int) -> None:
    known = join(store=store)
    page = phone.apply(PHONE, store)
    assert "You are a member already" in page.text
    assert known.number in page.text
    assert count() == 1
    assert (member_with(PHONE).source, member_with(PHONE).latest_source) == ("manual", "wechat")


def test_binding_shows_what_is_on_the_card(phone: Phone, store: int) -> None:
    member = join(store=store)
    open_balances("test", [Opening(member_id=member.id, principal_fen=50000, bonus_fen=5000)])
    page = phone.bind(PHONE)
    assert page.request.path == "/membership/card"
    assert "¥550.00" in page.text
    assert verify().findings == {}


def test_after_binding_she_is_where_she_wanted_to_go(phone: Phone, store: int) -> None:
    join(store=store)
    asked = phone.get("/membership/history?before=7")
    target = re.search(r'href="/membership/bind\?next=([^"]+)"', asked.text)
    assert target is not None
    page = phone.get(f"/membership/bind?next={target[1]}")
    hidden = re.search(r'name="next" value="([^"]+)"', page.text)
    assert hidden is not None
    done = phone.bind(PHONE, next=hidden[1])
    assert done.request.full_path == "/membership/history?before=7"


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example/", "/\\evil", "/console/", "javascript:1", "/a\r\nb"],
)
def test_no_link_leads_her_elsewhere(phone: Phone, store: int, target: str) -> None:
    join(store=store)
    assert phone.bind(PHONE, next=target).request.path == "/membership/card"


def test_a_phone_without_a_card_is_told_so_and_staff_get_a_to_do(
    phone: Phone, store: int, sign_in: SignIn
) -> None:
    page = phone.bind(NEW)
    assert "There is no card with this phone" in words(page.text)
    assert count() == 0
    request = api.db.session.query(CardRequest).one()
    assert (request.reason, request.phone) == ("unknown", NEW)
    desk = sign_in("front_desk", store)
    inbox = words(desk.get("/console/system/inbox/").text)
    assert "139****9001" in inbox
    assert NEW not in inbox
    done = phone.apply(NEW, store)
    assert done.request.path == "/membership/card", "her phone was proven a moment ago"


def test_an_earlier_number_that_is_her_phone_is_left_to_staff(phone: Phone, store: int) -> None:
    join(phone=None, store=store, earlier_numbers=[NEW])
    for way in (phone.bind, lambda number: phone.apply(number, store)):
        assert "Staff will look into it" in words(way(NEW).text)
    assert count() == 1
    assert api.db.session.query(CardRequest).one().reason == "several"


def test_a_card_number_alone_binds_nothing(phone: Phone, store: int) -> None:
    other = join(store=store)
    page = phone.bind(NEW, number=other.number)
    assert "Staff will look into it" in words(page.text)
    assert other.name not in page.text
    assert api.db.session.query(CardRequest).one().reason == "number"


def test_known_and_unknown_phones_get_the_same_answer(app: Flask, phone: Phone, store: int) -> None:
    join(store=store)
    for path, more in (
        ("/membership/bind", {}),
        ("/membership/apply", {"store_id": store, "agreed": "1"}),
    ):
        bodies = set()
        for number, last in ((PHONE, 0), (NEW, 1)):
            other = Phone(app)
            with clock.frozen(clock.now() + dt.timedelta(minutes=5 * last + len(path))):
                answer = other.post(path, phone=number, **more)
            assert answer.request.path == "/membership/confirm"
            bodies.add(plain(answer.text, number))
        assert len(bodies) == 1


def plain(text: str, number: str) -> str:
    """Return a page without what differs from visit to visit."""
    text = text.replace(api.mask(number, "phone"), "")
    return re.sub(r'(nonce|value|name="csrf_token" value)="[^"]*"', "", text)


def test_two_who_apply_with_one_phone_at_once_are_one_member(app: Flask, store: int) -> None:
    touch = Touch("wechat", store)
    found: list[Any] = at_once(app, 8, lambda _n: join_by(NEW, store, touch))
    ids = {joined.member_id for joined in found}
    assert len(ids) == 1, found
    assert sum(joined.is_new for joined in found) == 1
    assert count() == 1


def test_what_she_did_is_her_first_contact_or_her_latest(app: Flask, store: int) -> None:
    joined = join_by(NEW, store, Touch("booking", store), "Li")
    again = join_by(f"+86{NEW}", store, Touch("activity", store, channel="wheel 7"))
    assert (joined.is_new, again.is_new, again.member_id) == (True, False, joined.member_id)
    member = member_with(NEW)
    assert (member.name, member.source, member.latest_source) == ("Li", "booking", "activity")
    assert (member.source_channel, member.latest_channel) == ("", "wheel 7")


def test_the_qr_code_that_was_scanned_first_stays_her_source(phone: Phone, store: int) -> None:
    first = add_join_code(store, channel="poster").token
    second = add_join_code(store, channel="flyer").token
    for token in (first, first, second, second):
        assert phone.get(f"/membership/join/{token}").request.path == "/membership/welcome"
    phone.apply(NEW, store)
    member = member_with(NEW)
    assert (member.source, member.source_channel, member.latest_channel) == (
        "wechat",
        "poster",
        "flyer",
    )
    codes = {code.token: (code.scans, code.joins) for code in _join_codes()}
    assert codes == {first: (1, 1), second: (1, 0)}


def _join_codes() -> list[Any]:
    return list(api.db.session.query(JoinCode))


@pytest.mark.any_engine
@pytest.mark.usefixtures("in_english")
def test_the_qr_code_of_who_left_has_ended_and_leads_to_her_store(phone: Phone, store: int) -> None:
    amy = add_staff("Amy 林", api.db.session.get_one(api.Store, store))
    code = add_join_code(store, amy.id, "card")
    assert any("1 QR code" in line for line in leaving_consequences(amy))
    end_employment(amy.id, last_on=amy.joined_on)
    assert not code.active
    page = phone.get(f"/membership/join/{code.token}")
    assert "This QR code has ended" in words(page.text)
    phone.apply(NEW, store)
    member = member_with(NEW)
    assert (member.source_store_id, member.source_staff_id, member.source_channel) == (
        store,
        None,
        "card",
    )


def test_an_unknown_qr_code_is_no_error(phone: Phone, store: int) -> None:
    for token in ("zzzzzzzzzz", "x", "../etc", "a" * 500):
        assert phone.get(f"/membership/join/{token}").status_code in (200, 404)


def test_the_card_has_the_words_of_the_source_and_a_code_that_is_hers(
    app: Flask, store: int
) -> None:
    member = join(store=store)
    own = phone_of(app, member.id)
    page = own.get("/membership/card")
    code = re.search(r'data-code="(\d{20})"', page.text)
    assert code is not None
    assert read_code(code[1]) == member.id
    assert "<svg" in page.text
    own.client.set_cookie("console_phone_language", "zh_Hans_CN")
    shown = words(own.get("/membership/card").text)
    assert "积分" in shown
    assert "剩余服务" in shown


def test_every_plugin_may_add_tiles(app: Flask, store: int) -> None:
    member = join(store=store)
    answers = api.answers(membership_tiles, member_id=member.id)
    keys = [tile.key for tiles in answers for tile in tiles]
    assert {"balance", "booking", "history", "points", "services"} <= set(keys)
    assert membership_member_joined.__dict__["console_kind"] == "event"


def test_she_sees_her_own_movements_and_nobody_elses(app: Flask, store: int) -> None:
    mine, other = join(store=store), join("别人", store, NEW)
    open_balances("test", [Opening(member_id=mine.id, principal_fen=50000)])
    open_balances("test2", [Opening(member_id=other.id, principal_fen=77700)])
    page = words(phone_of(app, mine.id).get("/membership/history").text)
    assert "¥500.00" in page
    assert "777" not in page


def test_she_says_her_name_once_her_birthday_and_no_more(app: Flask, store: int) -> None:
    member = join(store=store)
    own = phone_of(app, member.id)
    sent = {"name": "Chen", "gender": "f", "month": "6", "day": "18", "calendar": "lunar"}
    assert own.post("/membership/details", **sent).request.path == "/membership/me"
    found = api.db.session.get_one(Member, member.id)
    assert (found.name, found.gender, found.birth_month, found.birth_lunar) == (
        "Chen",
        "f",
        6,
        True,
    )
    again = own.post("/membership/details", **{**sent, "month": "7", "phone": NEW, "status": "x"})
    assert again.status_code == 422
    api.db.session.expire_all()
    found = api.db.session.get_one(Member, member.id)
    assert (found.birth_month, found.phone, found.status) == (6, PHONE, "active")


def test_signing_out_kills_a_copy_of_the_cookie(app: Flask, store: int) -> None:
    own = phone_of(app, join(store=store).id)
    thief = Phone(app)
    thief.client.set_cookie("member_card", own.token)
    assert thief.get("/membership/card").request.path == "/membership/card"
    own.post("/membership/sign-out")
    for each in (own, thief):
        assert each.get("/membership/card").request.path == "/membership/welcome"


def test_binding_on_another_phone_shuts_the_card_on_the_first(
    app: Flask, phone: Phone, store: int
) -> None:
    first = phone_of(app, join(store=store).id)
    phone.bind(PHONE)
    assert first.get("/membership/card").request.path == "/membership/welcome"
    assert phone.get("/membership/card").request.path == "/membership/card"


def test_changing_the_phone_asks_both_and_shuts_the_card_elsewhere(
    app: Flask, phone: Phone, store: int
) -> None:
    member = join(store=store)
    phone.bind(PHONE)
    elsewhere = phone_of(app, member.id)
    bind_identity("wechat:app", "openid-1", member.id)
    with clock.frozen(clock.now() + dt.timedelta(minutes=2)):
        phone.post("/membership/phone")
        asked = phone.confirm(PHONE)
        assert asked.request.path == "/membership/phone/new"
        phone.post("/membership/phone/new", phone=NEW)
        done = phone.confirm(NEW)
    assert done.request.path == "/membership/me"
    assert member_with(NEW).id == member.id
    assert elsewhere.get("/membership/card").request.path == "/membership/welcome"
    assert find_by_identity("wechat:app", "openid-1") is None


def test_the_new_phone_is_not_asked_before_the_old_one_was_proven(
    app: Flask, phone: Phone, store: int
) -> None:
    own = phone_of(app, join(store=store).id)
    assert own.post("/membership/phone/new", phone=NEW).request.path == "/membership/phone"
    assert find_by_phone(NEW) is None


def test_a_new_phone_that_another_member_has_is_left_to_staff(
    app: Flask, phone: Phone, store: int
) -> None:
    member, other = join(store=store), join("别人", store, NEW)
    own = phone_of(app, member.id)
    own.post("/membership/phone")
    own.confirm(PHONE)
    own.post("/membership/phone/new", phone=NEW)
    page = own.confirm(NEW)
    assert "Staff will look into it" in words(page.text)
    assert other.name not in page.text
    assert (member_with(PHONE).id, member_with(NEW).id) == (member.id, other.id)


def test_staff_who_change_a_phone_shut_the_card(app: Flask, store: int, sign_in: SignIn) -> None:
    member = join(store=store)
    own = phone_of(app, member.id)
    api.unit(lambda: change_phone(api.db.session.get_one(Member, member.id), NEW))()
    assert own.get("/membership/card").request.path == "/membership/welcome"


def test_a_session_ends_when_nobody_uses_it_for_long(app: Flask, store: int) -> None:
    own = phone_of(app, join(store=store).id)
    with clock.frozen(clock.now() + dt.timedelta(days=IDLE_DAYS.get() - 1)):
        assert own.get("/membership/card").request.path == "/membership/card"
    later = clock.now() + dt.timedelta(days=2 * IDLE_DAYS.get() - 2)
    with clock.frozen(later):
        assert own.get("/membership/card").request.path == "/membership/card"
    with clock.frozen(later + dt.timedelta(days=IDLE_DAYS.get() + 1)):
        assert own.get("/membership/card").request.path == "/membership/welcome"


def test_the_database_keeps_no_token(app: Flask, store: int) -> None:
    own = phone_of(app, join(store=store).id)
    assert own.token
    kept = api.db.session.scalars(sa.select(VisitorSession.token_hash)).all()
    assert own.token not in kept
    assert len(kept[0]) == 64


def test_an_identity_is_one_members_and_a_member_has_one_of_a_kind(app: Flask, store: int) -> None:
    first, second = join(store=store), join("别人", store, NEW)
    bind_identity("wechat:app", "openid-1", first.id)
    bind_identity("wechat:app", "openid-2", first.id)
    assert find_by_identity("wechat:app", "openid-1") is None
    bind_identity("wechat:app", "openid-2", second.id)
    assert find_by_identity("wechat:app", "openid-2") == second.id
    unbind_identity("wechat:app", "openid-2")
    assert find_by_identity("wechat:app", "openid-2") is None


def test_she_is_written_to_in_the_language_that_she_chose(app: Flask, store: int) -> None:
    member = join(store=store)
    asked = {"member_id": member.id}
    assert api.answers(messages_find_recipient, **asked)[0].locale is None
    own = phone_of(app, member.id)
    own.get("/membership/card?language=zh_Hant_TW", headers={"Sec-Fetch-Site": "same-origin"})
    worker.drain(app)
    recipient = api.first_answer(messages_find_recipient, **asked)
    assert recipient is not None
    assert (recipient.phone, recipient.locale) == (PHONE, "zh_Hant_TW")
    assert api.answers(messages_find_recipient, member_id=999) == []


def test_a_frozen_card_shows_no_code(app: Flask, store: int) -> None:
    member = join(store=store)
    freeze_member(member.id, "lost")
    page = phone_of(app, member.id).get("/membership/card").text
    assert "This card is frozen" in page
    assert "data-code" not in page


def test_the_cookie_is_kept_from_scripts_and_other_sites(phone: Phone, store: int) -> None:
    join(store=store)
    phone.post("/membership/bind", phone=PHONE)
    code = read_code_of(PHONE)
    answer = post(phone.client, "/membership/confirm", {"code": code})
    sent = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("member_card"))
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(sent.split("; "))
