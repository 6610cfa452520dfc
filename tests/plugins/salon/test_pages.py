"""The pages of stores, staff and services, as managers and owners use them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from console import api
from console.security.models import User
from plugins.salon.models import Service, Staff, StoreProfile
from plugins.salon.services import hours
from plugins.salon.services.catalogue import minutes_of
from plugins.salon.services.staffing import who_does
from tests.support.pages import field, has_field, ids_of, words
from tests.support.people import SignIn, add_person, add_store, enter, login_of, post
from tests.support.salon import add_level, add_service, add_skill, add_staff

pytestmark = pytest.mark.any_engine

STORES, STAFF = "/console/salon/stores/", "/console/salon/staff/"
SERVICES = "/console/salon/services/"


@pytest.fixture
def here(app: Flask) -> int:
    return add_store("福田店")


@pytest.fixture
def owner(here: int, sign_in: SignIn) -> FlaskClient:
    return sign_in("owner")


@pytest.fixture
def manager(here: int, sign_in: SignIn) -> FlaskClient:
    return sign_in("manager", here)


def store(number: int) -> api.Store:
    return api.db.session.get_one(api.Store, number)


def week(**times: str) -> dict[str, str]:
    """Return the form of the hours page: `mon="10:00-22:00"`."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    entered: dict[str, str] = {}
    for name, text in times.items():
        opens, _, closes = text.partition("-")
        number = days.index(name) + 1
        entered |= {f"opens-{number}-0": opens, f"closes-{number}-0": closes}
    return entered


def picture() -> io.BytesIO:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "#b43c66").save(kept, "PNG")
    return io.BytesIO(kept.getvalue())


# -- stores ------------------------------------------------------------------------------------


def test_an_owner_opens_a_store_with_address_and_map_point(owner: FlaskClient) -> None:
    entered = {
        "name": "南山店",
        "time_zone": "Asia/Shanghai",
        "cut_off_minutes": "0",
        "profile__address": "海德三道 168 号",
        "profile__phone": "0755-8600 0138",
        "profile__latitude": "22.5176",
        "profile__longitude": "113.9352",
    }
    answer = post(owner, f"{STORES}new/", entered)
    assert answer.status_code == 302, words(answer.text)
    profile = api.db.session.query(StoreProfile).one()
    assert (profile.address, profile.latitude) == ("海德三道 168 号", 22.5176)
    assert "海德三道 168 号" in owner.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("name", "value"),
    [("time_zone", "Asia/Nowhere"), ("profile__latitude", "91"), ("profile__longitude", "1")],
)
def test_a_place_that_is_nowhere_is_refused(owner: FlaskClient, name: str, value: str) -> None:
    entered = {"name": "南山店", "time_zone": "Asia/Shanghai", "cut_off_minutes": "0", name: value}
    assert post(owner, f"{STORES}new/", entered).status_code == 422
    assert api.db.session.query(api.Store).count() == 1


def test_a_manager_opens_no_stores(manager: FlaskClient) -> None:
    assert manager.get(f"{STORES}new/").status_code == 403


def test_a_manager_sees_and_changes_her_own_store_only(manager: FlaskClient, here: int) -> None:
    other = add_store("南山店")
    assert ids_of(manager.get(STORES).text) == [here]
    for path in ("", "edit/", "hours", "pictures"):
        assert manager.get(f"{STORES}{other}/{path}").status_code == 404, path
    assert post(manager, f"{STORES}{other}/hours", week(mon="10:00-22:00")).status_code == 404


def test_hours_are_saved_and_shown_past_midnight(manager: FlaskClient, here: int) -> None:
    entered = week(mon="10:00-22:00", sat="11:00-02:00")
    assert post(manager, f"{STORES}{here}/hours", entered).status_code == 302
    assert hours.week_of(here) == {1: [(600, 1320)], 6: [(660, 1560)]}
    page = manager.get(f"{STORES}{here}/hours").text
    assert field(page, "closes-6-0") == "02:00"
    assert field(page, "opens-7-0") == ""


def test_hours_that_overlap_are_refused_and_stay_in_the_form(
    manager: FlaskClient, here: int
) -> None:
    entered = week(mon="10:00-22:00") | {"opens-1-1": "21:00", "closes-1-1": "23:00"}
    answer = post(manager, f"{STORES}{here}/hours", entered)
    assert answer.status_code == 422
    assert field(answer.text, "opens-1-1") == "21:00"
    assert hours.week_of(here) == {}


def test_a_holiday_is_added_and_dropped(manager: FlaskClient, here: int) -> None:
    day = api.today("Asia/Shanghai").isoformat()
    place = f"{STORES}{here}/special-days"
    assert post(manager, place, {"first_on": day, "reason": "春节"}).status_code == 302
    (special,) = hours.special_days(here, api.today("Asia/Shanghai"))
    assert (special.opens, special.reason) == (None, "春节")
    assert "春节" in manager.get(f"{STORES}{here}/hours").text
    assert post(manager, f"{place}/{special.id}/drop").status_code == 302
    assert hours.special_days(here, api.today("Asia/Shanghai")) == []


@pytest.mark.parametrize(
    "entered",
    [{}, {"first_on": "soon"}, {"first_on": "2026-03-02", "last_on": "2026-03-01"}],
    ids=["no day", "no date", "backwards"],
)
def test_a_special_day_that_is_no_day_is_refused(
    manager: FlaskClient, here: int, entered: dict[str, str]
) -> None:
    assert post(manager, f"{STORES}{here}/special-days", entered).status_code == 422


def test_the_front_desk_reads_the_hours_but_changes_none(here: int, sign_in: SignIn) -> None:
    hours.put_week(here, {1: [(600, 1320)]})
    desk = sign_in("front_desk", here)
    page = desk.get(f"{STORES}{here}/hours").text
    assert "22:00" in page
    assert not has_field(page, "opens-1-0")
    assert post(desk, f"{STORES}{here}/hours", week()).status_code == 403


def test_pictures_are_public_and_licences_are_not(
    manager: FlaskClient, here: int, client: FlaskClient
) -> None:
    place = f"{STORES}{here}/pictures"
    post(manager, place, {"kind": "store", "picture": (picture(), "shop.png")})
    post(manager, place, {"kind": "licence", "picture": (picture(), "licence.png")})
    page = manager.get(place).text
    shop, licence = (part.split('"')[0] for part in page.split('<img src="')[1:])
    for address, status in ((shop, 200), (licence, 404)):
        with client.get(address) as answer:
            assert answer.status_code == status, address
        with manager.get(address) as answer:
            assert answer.status_code == 200, address


# -- staff -------------------------------------------------------------------------------------


def test_a_person_is_taken_on_in_the_managers_store(manager: FlaskClient, here: int) -> None:
    entered = {"name": "Amy 林", "main_store_id": str(here), "joined_on": "2026-03-02"}
    answer = post(manager, f"{STAFF}new/", entered)
    assert answer.status_code == 302, words(answer.text)
    amy = api.db.session.query(Staff).one()
    assert [each.id for each in amy.stores] == [here]


def test_nobody_is_taken_on_in_a_store_of_others(manager: FlaskClient) -> None:
    entered = {
        "name": "Amy 林",
        "main_store_id": str(add_store("南山店")),
        "joined_on": "2026-03-02",
    }
    assert post(manager, f"{STAFF}new/", entered).status_code == 422
    assert api.db.session.query(Staff).count() == 0


def test_leaving_says_first_what_it_will_do_and_then_does_all_of_it(
    owner: FlaskClient, here: int, app: Flask
) -> None:
    user_id = add_person("technician", here, name="Amy")
    amy = add_staff("Amy 林", store(here), user_id=user_id, shown=True)
    coco = add_staff("Coco 周", store(here))
    hers = app.test_client()
    enter(hers, login_of(user_id))
    assert hers.get("/console/").status_code == 200
    page = owner.get(f"{STAFF}{amy.id}/leave").text
    assert "Coco 周" in page
    assert page.count("<li>") >= 3
    entered = {"last_on": api.today("Asia/Shanghai").isoformat(), "successor_id": str(coco.id)}
    assert post(owner, f"{STAFF}{amy.id}/leave", entered).status_code == 302
    assert hers.get("/console/").status_code in (302, 401)
    assert not api.db.session.get_one(User, user_id).active
    assert "take-back" in owner.get(f"{STAFF}{amy.id}/").text


def test_a_manager_cannot_let_somebody_leave_who_works_for_others_as_well(
    manager: FlaskClient, here: int
) -> None:
    user_id = add_person("accountant", None, name="Chen")
    chen = add_staff("陈姐", store(here), user_id=user_id)
    entered = {"last_on": chen.joined_on.isoformat()}
    assert post(manager, f"{STAFF}{chen.id}/leave", entered).status_code == 422
    api.db.session.refresh(chen)
    assert chen.left_on is None
    assert api.db.session.get_one(User, user_id).active


def test_a_last_day_is_asked_for(owner: FlaskClient, here: int) -> None:
    amy = add_staff("Amy 林", store(here))
    assert post(owner, f"{STAFF}{amy.id}/leave", {"last_on": "soon"}).status_code == 422


def test_a_successor_is_somebody_who_works_here(owner: FlaskClient, here: int) -> None:
    amy = add_staff("Amy 林", store(here))
    for successor in ("9" * 30, "-1", "Coco", "999"):
        entered = {"last_on": amy.joined_on.isoformat(), "successor_id": successor}
        assert post(owner, f"{STAFF}{amy.id}/leave", entered).status_code == 422, successor


def test_who_left_is_offered_in_no_picker(owner: FlaskClient, here: int) -> None:
    gone, amy = add_staff("Gone", store(here)), add_staff("Amy 林", store(here))
    post(owner, f"{STAFF}{gone.id}/leave", {"last_on": gone.joined_on.isoformat()})
    looked_up = owner.get(
        "/console/membership/members/lookup/?name=consultant_id&use=form&query="
    ).get_json()
    assert [number for number, _name in looked_up] == [amy.id]
    assert ids_of(owner.get(f"{STAFF}?f.here.eq=1").text) == [amy.id]
    assert ids_of(owner.get(f"{STAFF}?f.here.eq=0").text) == [gone.id]


def test_a_person_does_a_service_in_her_own_time_and_at_another_level(
    manager: FlaskClient, here: int
) -> None:
    chief, cut = add_level("首席"), add_service("洗剪吹")
    leo = add_staff("Leo 王", store(here))
    assert who_does(cut, here) == []
    entered = {
        f"offered-{cut.id}": "yes",
        f"minutes-{cut.id}": "45",
        f"level-{cut.id}": str(chief.id),
    }
    assert post(manager, f"{STAFF}{leo.id}/services", entered).status_code == 302
    assert who_does(cut, here) == [leo]
    page = manager.get(f"{STAFF}{leo.id}/services").text
    assert field(page, f"minutes-{cut.id}") == "45"
    wrong = entered | {f"minutes-{cut.id}": "many"}
    assert post(manager, f"{STAFF}{leo.id}/services", wrong).status_code == 422
    post(manager, f"{STAFF}{leo.id}/services", {})
    assert who_does(cut, here) == []


def test_the_staff_file_names_her_roles(owner: FlaskClient, here: int) -> None:
    user_id = add_person("technician", here, name="Amy")
    amy = add_staff("Amy 林", store(here), user_id=user_id, titles={}, title="美容师")
    page = words(owner.get(f"{STAFF}{amy.id}/").text)
    assert "福田店" in page
    assert "美容师" in page


# -- services ----------------------------------------------------------------------------------


def new_service(client: FlaskClient, **entered: str) -> Any:
    category = add_service("别的").category_id
    told = {"name": "面部清洁", "category_id": str(category), "pricing": "fixed", "place": "0"}
    told |= {"cleanup_minutes": "10", "on_sale": "y", "price__price": "198", "price__minutes": "60"}
    return post(client, f"{SERVICES}new/", told | entered)


def test_a_service_is_added_with_its_price_and_length(owner: FlaskClient) -> None:
    answer = new_service(owner)
    assert answer.status_code == 302, words(answer.text)
    service = api.db.session.query(Service).filter_by(name="面部清洁").one()
    assert service.variants[0].price_fen == 19800
    assert minutes_of(service) == 60
    assert "¥198.00" in owner.get(SERVICES).text


@pytest.mark.parametrize(
    "entered",
    [{"price__price": ""}, {"price__price": "-1"}, {"price__minutes": "0"}, {"price__price": "x"}],
    ids=str,
)
def test_a_service_without_a_sound_price_is_not_added(
    owner: FlaskClient, entered: dict[str, str]
) -> None:
    assert new_service(owner, **entered).status_code == 422
    assert api.db.session.query(Service).filter_by(name="面部清洁").count() == 0


def test_variants_levels_and_steps_are_set_on_one_page(owner: FlaskClient) -> None:
    perm, chief, washing = add_service("烫发"), add_level("首席"), add_skill("洗护")
    entered = {
        "variant-0-id": str(perm.variants[0].id),
        "variant-0-name": "短",
        "variant-0-en": "Short",
        "variant-0-price": "680",
        f"variant-0-level-{chief.id}": "880",
        "variant-2-name": "长",
        "variant-2-price": "1,080.00",
        "variant-2-extra": "30",
        "segment-0-kind": "work",
        "segment-0-minutes": "15",
        "segment-0-skill": str(washing.id),
        "segment-1-kind": "work",
        "segment-1-minutes": "60",
        "segment-2-kind": "wait",
        "segment-2-minutes": "45",
        "segment-3-kind": "work",
        "segment-3-minutes": "40",
    }
    place = f"{SERVICES}{perm.id}/prices"
    assert post(owner, place, entered).status_code == 302
    api.db.session.refresh(perm)
    assert [(v.name, v.price_fen) for v in perm.variants] == [("短", 68000), ("长", 108000)]
    assert [minutes_of(perm, v) for v in perm.variants] == [160, 190]
    page = owner.get(place).text
    assert field(page, f"variant-0-level-{chief.id}") == "880.00"
    assert field(page, "variant-0-en") == "Short"
    assert "880" in words(owner.get(f"{SERVICES}{perm.id}/").text)


def test_steps_that_begin_with_a_wait_are_refused_and_kept(owner: FlaskClient) -> None:
    perm = add_service("烫发")
    entered = {"variant-0-price": "680", "segment-0-kind": "wait", "segment-0-minutes": "45"}
    answer = post(owner, f"{SERVICES}{perm.id}/prices", entered)
    assert answer.status_code == 422
    assert field(answer.text, "segment-0-minutes") == "45"
    api.db.session.refresh(perm)
    assert perm.variants[0].price_fen == 19800


def test_only_an_add_on_goes_with_a_service(owner: FlaskClient) -> None:
    perm, mask = add_service("烫发"), add_service("发膜", extra=True)
    page = owner.get(f"{SERVICES}{perm.id}/edit/").text
    entered = {
        "_version": field(page, "_version"),
        "name": "烫发",
        "category_id": str(perm.category_id),
        "pricing": "fixed",
        "cleanup_minutes": "0",
        "place": "0",
        "on_sale": "y",
        "price__price": "198.00",
        "price__minutes": "60",
    }
    place = f"{SERVICES}{perm.id}/edit/"
    assert post(owner, place, entered | {"add_ons": str(perm.id)}).status_code == 422
    answer = post(owner, place, entered | {"add_ons": str(mask.id)})
    assert answer.status_code == 302, words(answer.text)
    assert "发膜" in owner.get(f"{SERVICES}{perm.id}/").text


def test_the_price_list_is_that_of_a_store(owner: FlaskClient, here: int) -> None:
    other = add_store("南山店")
    add_service("洗剪吹", stores=[store(other)])
    add_service("面部清洁", stores=[store(here)])
    page = owner.get(f"/console/salon/price-list/?store={here}").text
    assert "面部清洁" in page
    assert "洗剪吹" not in page


def test_a_technician_reads_the_price_list_and_changes_nothing(here: int, sign_in: SignIn) -> None:
    service = add_service("洗剪吹")
    technician = sign_in("technician", here)
    assert "洗剪吹" in technician.get("/console/salon/price-list/").text
    assert technician.get(f"{SERVICES}{service.id}/prices").status_code == 200
    assert post(technician, f"{SERVICES}{service.id}/prices", {}).status_code == 403
    assert technician.get(STAFF).status_code == 403
