"""Consents, copies of data, and being forgotten: on the staff's pages, by service and by job."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient
from PIL import Image

from console import api, approval, clock, worker
from console.inbox import Notice
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import (
    Birthday,
    Member,
    change_phone,
    consents_of,
    give_consent,
    has_consent,
    merge_members,
    pay_from_balance,
    tag_member,
    transfer_value,
    withdraw_consent,
)
from plugins.membership.models import Consent, Erasure, Photo
from plugins.membership.services.consents import add_text, text_in_force
from plugins.membership.services.copying import ask_copy, copies_of, drop_old_copies, find_copy
from plugins.membership.services.erasing import (
    ask_erasure,
    start_due_erasures,
    wish_erasure,
    withdraw_erasure,
)
from tests.support.ledger import entry, spend, top_up
from tests.support.membership import join
from tests.support.people import SignIn, add_person, add_store, post
from tests.support.till import bill_of
from tests.support.value import entry as value_entry
from tests.support.value import line
from tests.support.value import top_up as recharge

pytestmark = pytest.mark.either_engine

URL = "/console/membership/members/"
#: Nobody else in the world of these tests is called or reached so.
NAME, PHONE, OLD_PHONE = "金丝雀", "13977712345", "13966654321"
BORN = Birthday(2, 29, 1988)


@pytest.fixture
def here(app: Flask) -> int:
    return add_store("福田店")


@pytest.fixture
def manager(here: int, sign_in: SignIn) -> FlaskClient:
    return sign_in("manager", here)


@pytest.fixture
def member(here: int) -> int:
    return int(join(NAME, here, PHONE, birthday=BORN, notes="她是金丝雀", allergies="果酸").id)


def file_of(number: int) -> Member:
    api.db.session.rollback()
    found: Member = api.db.session.get_one(Member, number)
    return found


def work() -> None:
    """Let the worker do all that waits."""
    api.db.session.rollback()
    worker.drain(current_app._get_current_object())  # type: ignore[attr-defined]
    api.db.session.rollback()


# -- consents ----------------------------------------------------------------------------------


def test_a_consent_keeps_text_time_channel_and_who(manager: FlaskClient, member: int) -> None:
    sent = {"purpose": "photos", "channel": "paper", "act": "give"}
    assert post(manager, f"{URL}{member}/consents", sent).status_code == 302
    word = api.db.session.query(Consent).one()
    assert (word.purpose, word.given, word.version, word.channel) == ("photos", True, 1, "paper")
    assert word.user_name.startswith("manager")
    assert has_consent(member, "photos")
    page = manager.get(f"{URL}{member}/privacy").text
    assert text_in_force("photos").texts["zh_Hans_CN"] in page


def test_what_was_said_is_never_changed_nor_removed(app: Flask, member: int) -> None:
    give_consent(member, "marketing", channel="counter")
    for statement in (
        "UPDATE membership_consent SET given = NOT given",
        "UPDATE membership_consent SET version = 7",
        "DELETE FROM membership_consent",
    ):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), api.db.engine.begin() as raw:
            raw.execute(sa.text(statement))


def test_the_latest_word_counts_and_saying_it_twice_is_saying_it_once(member: int) -> None:
    give_consent(member, "marketing", channel="counter")
    give_consent(member, "marketing", channel="phone")
    assert file_of(member).may_market
    withdraw_consent(member, "marketing", channel="phone")
    withdraw_consent(member, "marketing", channel="phone")
    withdraw_consent(member, "health", channel="phone")
    assert not file_of(member).may_market
    assert [word.given for word in api.db.session.query(Consent).order_by(Consent.id)] == [
        True,
        False,
    ]


def test_who_agreed_to_an_earlier_text_is_asked_again(member: int) -> None:
    give_consent(member, "health", channel="counter")
    texts = {"zh_Hans_CN": "新", "zh_Hant_TW": "新", "en": "new"}
    assert add_text("health", api.today("Asia/Shanghai"), texts) == 2
    standing = next(one for one in consents_of(member) if one.purpose == "health")
    assert (standing.given, standing.is_outdated) == (True, True)
    give_consent(member, "health", channel="counter")
    assert [word.version for word in api.db.session.query(Consent)] == [1, 2]


def test_a_text_of_tomorrow_is_not_in_force_today(member: int) -> None:
    texts = {"zh_Hans_CN": "新", "zh_Hant_TW": "新", "en": "new"}
    add_text("health", api.today("Asia/Shanghai") + dt.timedelta(days=1), texts)
    assert text_in_force("health").version == 1
    with clock.frozen(clock.now() + dt.timedelta(days=2)):
        assert text_in_force("health").version == 2


def test_a_text_in_two_languages_is_refused(sign_in: SignIn, app: Flask) -> None:
    owner = sign_in()
    sent = {"text_zh_Hans_CN": "新", "text_en": "new", "since_on": "2027-01-01"}
    answer = post(owner, "/console/membership/consent_texts/health", sent)
    assert answer.status_code >= 400
    assert "新" in answer.text
    sent["text_zh_Hant_TW"] = "新"
    assert post(owner, "/console/membership/consent_texts/health", sent).status_code == 302
    assert "新" in owner.get("/console/membership/consent_texts/").text


def test_the_list_filters_who_may_receive_marketing(manager: FlaskClient, here: int) -> None:
    yes, no = join("甲", here, None), join("乙", here, None)
    give_consent(yes.id, "marketing", channel="paper")
    page = manager.get(f"{URL}?f.may_market.eq=1").text
    assert f"{URL}{yes.id}/" in page
    assert f"{URL}{no.id}/" not in page


# -- a copy of her data ------------------------------------------------------------------------


def test_a_copy_holds_what_is_kept_about_her(manager: FlaskClient, member: int) -> None:
    top_up(member, 50_000, 5_000)
    spend(member, 11_000)
    give_consent(member, "marketing", channel="paper")
    assert post(manager, f"{URL}{member}/copies").status_code == 302
    work()
    copy = copies_of(member)[0]
    answer = manager.get(f"{URL}{member}/copies/{copy.id}")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        told = json.loads(package.read("data.json"))["parts"]
        page = package.read("index.html").decode()
    assert (told["member"][0]["name"], told["member"][0]["phone"]) == (NAME, PHONE)
    assert told["balances"][0]["principal"] == "¥400.00"
    assert told["consents"][0]["purpose"] == "marketing"
    assert len(told["spending"]) >= 2
    assert {"messages", "history", "photos"} <= told.keys()
    assert NAME in page


def test_a_copy_is_for_those_who_reach_her_and_for_seven_days(
    manager: FlaskClient, member: int, sign_in: SignIn
) -> None:
    copy_id = ask_copy(member, "counter").id
    work()
    elsewhere = sign_in("manager", add_store("南山店"))
    assert elsewhere.get(f"{URL}{member}/copies/{copy_id}").status_code == 404
    assert manager.get(f"{URL}{member + 1}/copies/{copy_id}").status_code == 404
    place = find_copy(member, copy_id)
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        drop_old_copies()
    assert not place.exists()
    assert manager.get(f"{URL}{member}/copies/{copy_id}").status_code == 404


def test_a_second_click_makes_no_second_copy(member: int) -> None:
    assert ask_copy(member, "counter").id == ask_copy(member, "counter").id


# -- being forgotten ---------------------------------------------------------------------------


def agree_as(person: int) -> None:
    """Let another person agree to the request that waits."""
    request = api.db.session.query(approval.Approval).filter_by(state="waiting").one()
    with api.acting_as(api.Actor(user_id=person, name="second")):
        approval.agree(request.id)


def erase(member: int, here: int, **more: Any) -> None:
    """Ask for her erasure, agree as somebody else, and let the time pass."""
    first, second = add_person("manager", here), add_person("manager", here)
    with api.acting_as(api.Actor(user_id=first, name="first")):
        ask_erasure(member, "她自己要求", **more)
    agree_as(second)
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        start_due_erasures()
        work()


def test_who_still_has_a_balance_is_paid_out_first(manager: FlaskClient, member: int) -> None:
    top_up(member, 12_300)
    answer = post(manager, f"{URL}{member}/erase", {"reason": "x"})
    assert answer.status_code >= 400
    assert "¥123.00" in answer.text
    assert api.db.session.query(Erasure).count() == 0


def test_who_owes_is_not_erased(app: Flask, member: int) -> None:
    ledger.open_balances("x", [ledger.Opening(member_id=member, owing_fen=500)])
    with pytest.raises(api.Refused):
        ask_erasure(member, "x", waives=True)


def test_a_waived_balance_stays_in_the_books(app: Flask, member: int, here: int) -> None:
    top_up(member, 12_300)
    held = ledger.standings([member], ["balance", "unearned"])
    erase(member, here, waives=True)
    assert file_of(member).erased_at is not None
    assert ledger.standings([member], ["balance", "unearned"]) == held
    assert verify().findings == {}
    assert api.db.session.query(Erasure).one().waived


def test_nothing_is_sold_to_who_was_erased_nor_given_to_her(member: int, here: int) -> None:
    bella = join("王莉", here, phone="13800138009").id
    for each in (member, bella):
        top_up(each, 12_300)
    erase(member, here, waives=True)
    for act in (
        lambda: recharge(member, 100),
        lambda: pay_from_balance(value_entry("spend"), member, [line(1)]),
        lambda: transfer_value(value_entry("transfer", agreed_by="pin"), bella, member),
        lambda: transfer_value(value_entry("transfer", agreed_by="pin"), member, bella),
        lambda: bill_of(member, here),
    ):
        with pytest.raises(api.Refused), api.speaking("en"):
            act()
    assert ledger.standings([bella], ["balance"])[bella]["balance"] == 12_300


def test_nobody_erases_alone_nor_at_once(app: Flask, member: int, here: int) -> None:
    first, second = add_person("manager", here), add_person("manager", here)
    with api.acting_as(api.Actor(user_id=first, name="first")):
        ask_erasure(member, "x")
        with pytest.raises(api.Refused):
            approval.agree(api.db.session.query(approval.Approval).one().id)
    agree_as(second)
    start_due_erasures()
    work()
    assert file_of(member).name == NAME
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        start_due_erasures()
        work()
    assert file_of(member).name != NAME


def test_she_may_change_her_mind_until_it_is_done(app: Flask, member: int, here: int) -> None:
    first, second = add_person("manager", here), add_person("manager", here)
    with api.acting_as(api.Actor(user_id=first, name="first")):
        ask_erasure(member, "x")
    agree_as(second)
    withdraw_erasure(member)
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        start_due_erasures()
        work()
    assert file_of(member).name == NAME


def test_who_tops_up_meanwhile_is_not_erased(app: Flask, member: int, here: int) -> None:
    first, second = add_person("manager", here), add_person("manager", here)
    with api.acting_as(api.Actor(user_id=first, name="first")):
        ask_erasure(member, "x")
    agree_as(second)
    top_up(member, 100)
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        start_due_erasures()
        work()
    assert file_of(member).name == NAME
    assert api.db.session.query(Erasure).one().state == "asked"


def test_an_erased_file_is_nobodys(manager: FlaskClient, member: int, here: int) -> None:
    erase(member, here)
    assert manager.get(f"{URL}{member}/").status_code == 404
    assert f"{URL}{member}/" not in manager.get(URL).text
    assert f"{URL}{member}/" not in manager.get(f"{URL}?q={PHONE}").text
    new = join(NAME, here, PHONE)
    assert new.id != member


def test_a_file_that_is_about_to_be_erased_is_not_merged(member: int, here: int) -> None:
    other = join("金丝雀", here, None).id
    ask_erasure(member, "x")
    with pytest.raises(api.Refused):
        merge_members(other, member)


def test_her_wish_from_the_phone_is_one_task_for_the_staff(member: int, here: int) -> None:
    wish_erasure(member)
    wish_erasure(member)
    task = api.db.session.query(Notice).one()
    assert (task.url, task.store_id) == (f"{URL}{member}/privacy", here)
    assert (task.todo, task.permission) == (True, "membership.erase_members")
    assert api.db.session.query(Erasure).count() == 1


def test_name_and_phone_of_an_erased_member_are_nowhere(
    app: Flask,
    member: int,
    here: int,
    manager: FlaskClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    live_a_life(member, here, manager)
    assert found_in_database()
    erase(member, here)
    assert found_in_database() == {}
    assert found_in_files(Path(app.instance_path)) == []
    told = [record.getMessage() for record in caplog.records]
    assert [line for line in told if PHONE in line or OLD_PHONE in line or NAME in line] == []
    assert verify().findings == {}


def live_a_life(member: int, here: int, manager: FlaskClient) -> None:
    """Leave traces of her wherever the console keeps words."""
    change_phone(file_of(member), OLD_PHONE)
    change_phone(file_of(member), PHONE)
    page = manager.get(f"{URL}{member}/edit/").text
    assert NAME in page
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "#b43c66").save(kept, "PNG")
    sent = {"photo": (io.BytesIO(kept.getvalue()), f"{NAME}.png"), "note": NAME}
    assert post(manager, f"{URL}{member}/photos", sent).status_code == 302
    other = join(NAME, here, "13955500000", notes=NAME)
    merge_members(member, other.id, {"phone": "gone"})
    change_phone(file_of(member), PHONE)
    ask_copy(member, "counter")
    work()
    record = file_of(member)
    api.record_audit("test", record, after={"phone": PHONE, "name": NAME}, note=f"{NAME} {PHONE}")
    api.notify(NAME, f"{NAME} {PHONE}", url=f"{URL}{member}/", key="test")
    tag_member(member, add_tag())
    ledger.earn_points(entry("earn_points"), member, 1)
    ledger.spend_points(entry("spend_points"), member, 1)
    wish_erasure(member)


def add_tag() -> int:
    from plugins.membership.api import find_or_add_tags

    return find_or_add_tags(["测试"])["测试"]


WORDS = (NAME, PHONE, OLD_PHONE, "13955500000", json.dumps(NAME)[1:-1], "jinsique")


def found_in_database() -> dict[str, Any]:
    """Return every column of whatever table that holds one of the words."""
    api.db.session.rollback()
    found: dict[str, Any] = {}
    with api.db.engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings():
                for column, value in row.items():
                    text = json.dumps(value, default=str, ensure_ascii=False)
                    if any(word in text for word in WORDS):
                        found[f"{name}.{column}"] = value
    return found


def found_in_files(folder: Path) -> list[str]:
    """Return the files that hold one of the words, by name or by content."""
    bad = []
    for file in folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            if any(word.encode() in data or word in file.name for word in WORDS):
                bad.append(file.name)
    return bad


def test_photos_of_an_erased_member_are_gone_from_the_disk(
    app: Flask, member: int, here: int, manager: FlaskClient
) -> None:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "#b43c66").save(kept, "PNG")
    post(manager, f"{URL}{member}/photos", {"photo": (io.BytesIO(kept.getvalue()), "a.png")})
    place = api.db.session.query(Photo).one().file.place
    assert place.exists()
    erase(member, here)
    assert not place.exists()
    assert api.db.session.query(Photo).count() == 0


def test_the_audit_trail_still_refuses_every_other_change(
    app: Flask, member: int, here: int
) -> None:
    erase(member, here)
    for statement in (
        "UPDATE console_audit SET note = ''",
        "UPDATE console_audit SET user_name = 'x'",
        "DELETE FROM console_audit",
    ):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), api.db.engine.begin() as raw:
            raw.execute(sa.text(statement))
