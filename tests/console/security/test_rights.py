"""Who may do what where: several roles per person, each in a store; a denial wins."""

from __future__ import annotations

import pytest
from flask import Flask

from console.db import db
from console.errors import Refused
from console.security import Actor, Permission, acting_as, actor, current_store, visible_stores
from console.security import users as staff
from console.security.models import Role, RolePermission, User
from console.security.rights import DENY
from console.security.users import RoleInStore, preset_role
from console.security.views.roles import add_role, decide, delete_role, rename_role
from console.unit import unit
from tests.support.people import SignIn, add_person, add_store, post

pytestmark = pytest.mark.either_engine

REVEAL = "console.reveal_phones"


def as_person(user_id: int) -> Actor:
    return Actor(user_id=user_id, name="somebody")


@unit
def say(role_id: int, key: str, decision: str) -> None:
    db.session.add(RolePermission(role_id=role_id, key=key, decision=decision))


@unit
def own_role(name: str) -> int:
    role = Role(preset=None, name=name)
    db.session.add(role)
    db.session.flush()
    return int(role.id)


def reach(user_id: int, permission: Permission) -> frozenset[int] | None:
    with acting_as(as_person(user_id)):
        return permission.stores()


COOK = Permission("console.cook", "Cook", ("technician",))


def test_a_role_in_a_store_holds_in_that_store_only(app: Flask) -> None:
    here, there = add_store("A"), add_store("B")
    with acting_as(as_person(add_person("technician", here))):
        assert COOK.held(here) and COOK.held() and not COOK.held(there)
        assert not COOK.held_everywhere()
        assert [store.name for store in visible_stores()] == ["A"]


def test_rights_of_several_roles_add_up(app: Flask) -> None:
    here, there = add_store("A"), add_store("B")
    person = add_person(None)
    technician, desk = preset_role("technician").id, preset_role("front_desk").id
    staff.set_roles(person, [RoleInStore(technician, here), RoleInStore(desk, there)])
    both = Permission("console.both", "Both", ("technician", "front_desk"))
    assert reach(person, COOK) == frozenset({here})
    assert reach(person, both) == frozenset({here, there})


def test_a_denial_wins_over_every_other_role(app: Flask) -> None:
    here, there = add_store("A"), add_store("B")
    trainee = own_role("Trainee")
    say(trainee, COOK.key, DENY)
    person = add_person(None)
    cook = preset_role("technician").id
    staff.set_roles(person, [RoleInStore(cook), RoleInStore(trainee, here)])
    assert reach(person, COOK) == frozenset({there})
    staff.set_roles(person, [RoleInStore(cook, here), RoleInStore(trainee)])
    assert reach(person, COOK) == frozenset()


def test_the_owner_is_denied_nothing(app: Flask) -> None:
    trainee = own_role("Trainee")
    say(trainee, COOK.key, DENY)
    person = add_person(None)
    staff.set_roles(person, [RoleInStore(preset_role("owner").id), RoleInStore(trainee)])
    assert reach(person, COOK) is None


def test_an_owner_of_one_store_owns_no_other(app: Flask) -> None:
    here, there = add_store("A"), add_store("B")
    with acting_as(as_person(add_person("owner", here))):
        assert COOK.held(here) and not COOK.held(there)


def test_a_preset_role_can_be_changed_by_the_chain(app: Flask) -> None:
    person = add_person("technician")
    assert reach(person, COOK) is None
    say(preset_role("technician").id, COOK.key, "none")
    assert reach(person, COOK) == frozenset()


def test_a_disabled_person_holds_nothing(app: Flask) -> None:
    person = add_person("technician")
    staff.disable_user(person)
    assert reach(person, COOK) == frozenset()


def test_a_new_store_is_open_at_once_to_who_has_a_role_in_all(app: Flask) -> None:
    person = add_person("technician")
    with acting_as(as_person(person)):
        assert visible_stores() == []
    add_store("A")
    with acting_as(as_person(person)):
        assert [store.name for store in visible_stores()] == ["A"]


def test_the_console_itself_may_do_everything(app: Flask) -> None:
    assert actor().user_id is None
    assert COOK.held_everywhere()


def test_nobody_is_in_a_store_she_has_no_role_in(app: Flask) -> None:
    here, there = add_store("A"), add_store("B")
    person = add_person("technician", here)
    with acting_as(Actor(user_id=person, store_id=there)):
        assert current_store() is None
    with acting_as(Actor(user_id=person, store_id=here)):
        store = current_store()
        assert store is not None and store.name == "A"


def test_the_owner_gives_roles_on_the_page_of_a_person(app: Flask, sign_in: SignIn) -> None:
    here = add_store("A")
    person = add_person(None, name="Wu")
    desk = preset_role("front_desk").id
    sent = {"name": "Wu Jing", "login": "wujing", "grant": [f"{desk}:{here}"]}
    owner = sign_in("owner")
    assert post(owner, f"/console/system/users/{person}/save", sent).status_code == 302
    assert staff.works_in(person, here)
    page = owner.get(f"/console/system/users/{person}/").text
    assert "Wu Jing" in page and "wujing" in page


def test_a_new_person_gets_a_password_that_is_shown_once(app: Flask, sign_in: SignIn) -> None:
    owner = sign_in("owner")
    desk = preset_role("front_desk").id
    sent = {"name": "Zheng", "login": "zheng", "grant": [f"{desk}:"]}
    page = post(owner, "/console/system/users/add/", sent)
    assert page.status_code == 200
    password = page.text.partition("data-secret>")[2].partition("<")[0]
    from tests.support.people import enter

    assert enter(app.test_client(), "zheng", password).status_code == 302


def test_two_people_cannot_have_one_sign_in_name(app: Flask, sign_in: SignIn) -> None:
    add_person("owner", login="lin")
    answer = post(sign_in("owner"), "/console/system/users/add/", {"name": "X", "login": "LIN"})
    assert answer.status_code == 422


def test_a_manager_manages_people_of_her_store_only(app: Flask, sign_in: SignIn) -> None:
    here, there = add_store("A"), add_store("B")
    desk = preset_role("front_desk").id
    mine, other = add_person("front_desk", here), add_person("front_desk", there)
    both = add_person(None)
    staff.set_roles(both, [RoleInStore(desk, here), RoleInStore(desk, there)])
    owner = add_person("owner")
    manager = sign_in("manager", here)
    base = "/console/system/users"
    assert post(manager, f"{base}/{mine}/password").status_code == 200
    assert post(manager, f"{base}/{other}/password").status_code == 404
    assert post(manager, f"{base}/{both}/password").status_code == 422
    assert post(manager, f"{base}/{owner}/password").status_code == 422
    assert post(manager, f"{base}/{owner}/disable").status_code == 422


def test_a_manager_cannot_give_more_than_she_has(app: Flask, sign_in: SignIn) -> None:
    here, there = add_store("A"), add_store("B")
    manager = sign_in("manager", here)
    for role, place in (("owner", here), ("front_desk", there), ("front_desk", "")):
        sent = {
            "name": "X",
            "login": f"x{role}{place}",
            "grant": [f"{preset_role(role).id}:{place}"],
        }
        assert post(manager, "/console/system/users/add/", sent).status_code in (404, 422)
    assert db.session.query(User).filter(User.login.startswith("x")).count() == 0


def test_a_manager_cannot_raise_herself(app: Flask, sign_in: SignIn) -> None:
    here = add_store("A")
    person = add_person("manager", here)
    manager = sign_in(user_id=person)
    owner = preset_role("owner").id
    sent = {"name": "M", "login": "m1", "grant": [f"{owner}:"]}
    assert post(manager, f"/console/system/users/{person}/save", sent).status_code == 422
    assert not staff.works_in(person, add_store("B"))


def test_the_last_owner_stays(app: Flask, sign_in: SignIn) -> None:
    person = add_person("owner")
    owner = sign_in(user_id=person)
    sent = {"name": "O", "login": "o1"}
    assert post(owner, f"/console/system/users/{person}/save", sent).status_code == 422
    assert post(owner, f"/console/system/users/{person}/disable").status_code == 422
    assert owner.get("/console/system/users/").status_code == 200


def test_the_owner_makes_a_role_of_her_own(app: Flask, sign_in: SignIn) -> None:
    owner = sign_in("owner")
    answer = post(owner, "/console/system/roles/add", {"name": "Desk and till"})
    number = int(answer.location.rstrip("/").rpartition("/")[2])
    sent = {f"p.{REVEAL}": "allow", "p.console.view_audit": "deny", "name": "Desk plus"}
    assert post(owner, f"/console/system/roles/{number}/save", sent).status_code == 302
    page = owner.get("/console/system/roles/").text
    assert "Desk plus" in page
    person = add_person(None)
    staff.set_roles(person, [RoleInStore(number)])
    from console.security.permissions import REVEAL_PHONES, VIEW_AUDIT

    assert reach(person, REVEAL_PHONES) is None
    assert reach(person, VIEW_AUDIT) == frozenset()


def test_an_own_role_can_begin_with_all_that_two_preset_ones_may(app: Flask) -> None:
    from console.security.permissions import EDIT_ROLES, VIEW_AUDIT
    from console.security.users import add_role_like

    person, here = add_person(None), add_store("A")
    both = add_role_like("Desk and till", ["front_desk", "accountant"])
    staff.set_roles(person, [RoleInStore(both.id, here)])
    assert reach(person, VIEW_AUDIT) == frozenset({here})
    assert reach(person, EDIT_ROLES) == frozenset()


def test_a_role_that_somebody_has_is_not_deleted(app: Flask, sign_in: SignIn) -> None:
    owner = sign_in("owner")
    number = own_role("Desk plus")
    person = add_person(None)
    staff.set_roles(person, [RoleInStore(number)])
    assert post(owner, f"/console/system/roles/{number}/delete").status_code == 422
    staff.set_roles(person, [])
    assert post(owner, f"/console/system/roles/{number}/delete").status_code == 302


def test_preset_roles_keep_their_names_and_stay(app: Flask) -> None:
    role = preset_role("manager").id
    rename_role(role, "Boss")
    assert db.session.get_one(Role, role).name == ""
    for act in (lambda: delete_role(role), lambda: add_role("  ")):
        try:
            act()
        except Refused:
            continue
        raise AssertionError("it was not refused")


def test_nobody_changes_what_the_owner_may(app: Flask, sign_in: SignIn) -> None:
    owner = preset_role("owner").id
    sent = {f"p.{REVEAL}": "deny"}
    answer = post(sign_in("owner"), f"/console/system/roles/{owner}/save", sent)
    assert answer.status_code == 422


def test_nobody_allows_in_a_role_what_she_may_not_do(app: Flask) -> None:
    person = add_person(None)
    editor, target = own_role("Editor"), own_role("Target")
    say(editor, "console.edit_roles", "allow")
    staff.set_roles(person, [RoleInStore(editor)])
    with acting_as(as_person(person)):
        decide(target, {"console.edit_roles": "allow"})
        try:
            decide(target, {"console.clear_demo": "allow"})
        except Refused:
            return
    raise AssertionError("it was not refused")
