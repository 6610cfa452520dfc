"""A registered till locks to a keypad, changes person by PIN, and ends with the day."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import clock
from console.db import db
from console.security.models import StaffSession, Till
from console.security.settings import TILL_LOCK_MINUTES
from tests.support.people import SignIn, add_person, add_store, enter, login_of, post

pytestmark = pytest.mark.any_engine

INSIDE = "/console/system/profile/"
MORNING = dt.datetime(2026, 3, 10, 2, 0, tzinfo=dt.UTC)  # ten o'clock in Shanghai


class Counter:
    """A till with two people who have a PIN, and one of another store."""

    def __init__(self, app: Flask) -> None:
        self.store, self.elsewhere = add_store("Futian"), add_store("Nanshan")
        self.wu = add_person("front_desk", self.store, name="Wu", pin="2580")
        self.amy = add_person("technician", self.store, name="Amy", pin="9137")
        self.leo = add_person("technician", self.elsewhere, name="Leo", pin="4862")
        self.boss = add_person("owner", name="Lin", pin="7315")
        self.browser = app.test_client()

    def register(self) -> None:
        enter(self.browser, login_of(self.boss))
        sent = {"name": "Front", "store": str(self.store)}
        assert post(self.browser, "/console/system/tills/register", sent).status_code == 302
        post(self.browser, "/console/sign-out")
        assert enter(self.browser, login_of(self.wu)).status_code == 302

    def unlock(self, person: int, pin: str, target: str = "/console/") -> int:
        sent = {"person": str(person), "pin": pin, "next": target}
        return int(post(self.browser, "/console/unlock", sent).status_code)


@pytest.fixture
def counter(app: Flask) -> Counter:
    made = Counter(app)
    with clock.frozen(MORNING):
        made.register()
    return made


def name_on(client: FlaskClient) -> str:
    page = client.get(INSIDE).text
    return page.partition('class="who"><strong>')[2].partition("<")[0]


def test_a_till_locks_after_a_while_and_keeps_what_is_open(counter: Counter) -> None:
    limit = dt.timedelta(minutes=TILL_LOCK_MINUTES.get())
    with clock.frozen(MORNING + limit + dt.timedelta(minutes=1)):
        answer = counter.browser.get("/console/system/inbox/?show=all")
        assert answer.location == "/console/locked?next=/console/system/inbox/?show%3Dall"
        page = counter.browser.get(answer.location)
        assert "Wu" in page.text and "Amy" in page.text and "Leo" not in page.text
        target = "/console/system/inbox/?show=all"
        sent = {"person": str(counter.wu), "pin": "2580", "next": target}
        assert post(counter.browser, "/console/unlock", sent).location == target
        assert name_on(counter.browser) == "Wu"


def test_a_locked_till_shows_nothing_and_does_nothing(counter: Counter) -> None:
    with clock.frozen(MORNING):
        post(counter.browser, "/console/lock")
        assert counter.browser.get(INSIDE).status_code == 302
        assert post(counter.browser, f"{INSIDE}look").location.startswith("/console/locked")
        answer = counter.browser.get("/console/pulse", headers={"Accept": "application/json"})
        assert answer.status_code == 423


def test_another_person_takes_over_by_her_pin(counter: Counter) -> None:
    with clock.frozen(MORNING):
        post(counter.browser, "/console/lock")
        before = counter.browser.get_cookie("console_staff")
        assert counter.unlock(counter.amy, "9137") == 302
        after = counter.browser.get_cookie("console_staff")
        assert name_on(counter.browser) == "Amy"
        assert before is not None and after is not None and before.value != after.value


def test_the_session_before_the_change_is_dead(counter: Counter, app: Flask) -> None:
    with clock.frozen(MORNING):
        cookie = counter.browser.get_cookie("console_staff")
        assert cookie is not None
        post(counter.browser, "/console/lock")
        counter.unlock(counter.amy, "9137")
        thief = app.test_client()
        thief.set_cookie("console_staff", cookie.value)
        assert thief.get(INSIDE).status_code == 302


def test_a_pin_of_another_store_opens_nothing(counter: Counter) -> None:
    with clock.frozen(MORNING):
        post(counter.browser, "/console/lock")
        assert counter.unlock(counter.leo, "4862") == 422


def test_five_wrong_pins_hold_the_keypad_shut(counter: Counter) -> None:
    with clock.frozen(MORNING):
        post(counter.browser, "/console/lock")
        for _try in range(5):
            assert counter.unlock(counter.wu, "0000") == 422
        assert counter.unlock(counter.wu, "2580") == 429
        assert counter.unlock(counter.amy, "9137") == 302


def test_a_pin_alone_opens_nothing_on_a_browser_that_is_no_till(
    counter: Counter, app: Flask
) -> None:
    stranger = app.test_client()
    sent = {"person": str(counter.wu), "pin": "2580"}
    answer = post(stranger, "/console/unlock", sent)
    assert answer.location.startswith("/?next=")
    assert stranger.get(INSIDE).status_code == 302


def test_a_till_at_work_outlives_the_hours_that_end_other_sessions(counter: Counter) -> None:
    for minutes in range(0, 13 * 60, 20):
        with clock.frozen(MORNING + dt.timedelta(minutes=minutes)):
            assert counter.browser.get(INSIDE).status_code == 200


def test_a_tills_session_ends_with_the_business_day(counter: Counter) -> None:
    for hours in range(0, 14):
        with clock.frozen(MORNING + dt.timedelta(hours=hours - hours % 1, minutes=0)):
            counter.browser.get(INSIDE)
            if hours:
                counter.unlock(counter.wu, "2580")
    with clock.frozen(MORNING + dt.timedelta(hours=14, minutes=5)):  # after midnight
        assert counter.browser.get(INSIDE).location.startswith("/?next=")
        assert counter.unlock(counter.wu, "2580") == 302
        assert counter.browser.get(INSIDE).status_code == 302


def test_a_store_that_closes_after_midnight_keeps_its_day(app: Flask) -> None:
    from console.stores import Store
    from console.unit import unit

    counter = Counter(app)

    @unit
    def close_late() -> None:
        db.session.get_one(Store, counter.store).cut_off_minutes = 180

    close_late()
    with clock.frozen(MORNING):
        counter.register()
    with clock.frozen(MORNING + dt.timedelta(hours=15)):  # one at night
        post(counter.browser, "/console/lock")
        assert counter.unlock(counter.wu, "2580") == 302
        assert counter.browser.get(INSIDE).status_code == 200
    with clock.frozen(MORNING + dt.timedelta(hours=18)):
        assert counter.browser.get(INSIDE).location.startswith("/?next=")


def test_a_revoked_till_is_signed_out_and_takes_no_pin(counter: Counter, sign_in: SignIn) -> None:
    till = db.session.scalars(sa.select(Till)).one().id
    owner = sign_in("owner")
    assert post(owner, f"/console/system/tills/{till}/revoke").status_code == 302
    with clock.frozen(MORNING):
        assert counter.browser.get(INSIDE).status_code == 302
        counter.unlock(counter.wu, "2580")
        assert counter.browser.get(INSIDE).status_code == 302


def test_a_pin_is_too_weak_for_what_an_owner_may(counter: Counter) -> None:
    with clock.frozen(MORNING):
        post(counter.browser, "/console/lock")
        assert counter.unlock(counter.boss, "7315") == 302
        base = "/console/system/users"
        assert counter.browser.get(f"{base}/").status_code == 200
        assert post(counter.browser, f"{base}/{counter.wu}/password").status_code == 422
        assert post(counter.browser, "/console/system/roles/add", {"name": "X"}).status_code == 422


def test_who_has_no_role_in_the_tills_store_gets_a_session_of_the_usual_kind(
    counter: Counter,
) -> None:
    with clock.frozen(MORNING):
        post(counter.browser, "/console/sign-out")
        enter(counter.browser, login_of(counter.leo))
    rows = db.session.scalars(sa.select(StaffSession).order_by(StaffSession.id.desc()))
    assert rows.first().till_id is None  # type: ignore[union-attr]


def test_a_manager_registers_tills_of_her_store_only(app: Flask, sign_in: SignIn) -> None:
    here, there = add_store("A"), add_store("B")
    manager = sign_in("manager", here)
    path = "/console/system/tills/register"
    assert post(manager, path, {"name": "T", "store": str(there)}).status_code == 422
    assert post(manager, path, {"name": "T", "store": str(here)}).status_code == 302


def test_one_sets_ones_own_pin_with_ones_password(app: Flask, sign_in: SignIn) -> None:
    from tests.support.people import PASSWORD

    client = sign_in("front_desk", add_store())
    path = f"{INSIDE}pin"
    assert post(client, path, {"pin-current": "wrong", "pin-pin": "2580"}).status_code == 422
    assert post(client, path, {"pin-current": PASSWORD, "pin-pin": "1234"}).status_code == 422
    assert post(client, path, {"pin-current": PASSWORD, "pin-pin": "2580"}).status_code == 302
