"""Approvals: a second person decides, and then the act is done in the same moment."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console.approval import Approval, ApprovalKind, ask_approval
from console.db import db
from console.errors import Refused
from console.i18n import _
from console.security import Actor, acting_as
from console.security.permissions import MANAGE_TILLS
from console.security.settings import SHOP_NAME
from tests.support.people import PASSWORD, SignIn, add_person, add_store, post

pytestmark = pytest.mark.either_engine

PAGE = "/console/system/approvals/"


def rename_shop(payload: dict[str, Any]) -> None:
    if payload["name"] == "Forbidden":
        raise Refused(_("There is no such choice."))
    SHOP_NAME.put(payload["name"])


RENAME = ApprovalKind("console.rename_shop", _("Name of the shop"), MANAGE_TILLS, rename_shop)


def ask(user_id: int, name: str = "Fine hair", store: int | None = None) -> int:
    with acting_as(Actor(user_id=user_id, name="Asker")):
        return ask_approval(RENAME, {"name": name}, reason="the old one is taken", store_id=store)


def state_of(number: int) -> str:
    db.session.rollback()
    return db.session.get_one(Approval, number).state


def test_a_second_person_agrees_and_the_act_is_done(app: Flask, sign_in: SignIn) -> None:
    number = ask(add_person("front_desk"))
    owner = sign_in("owner")
    page = owner.get(f"{PAGE}{number}/").text
    assert "the old one is taken" in page and "Asker" in page
    assert post(owner, f"{PAGE}{number}/agree").status_code == 302
    assert state_of(number) == "agreed"
    assert SHOP_NAME.get() == "Fine hair"


def test_a_declined_act_is_not_done(app: Flask, sign_in: SignIn) -> None:
    number = ask(add_person("front_desk"))
    assert post(sign_in("owner"), f"{PAGE}{number}/decline", {"note": "no"}).status_code == 302
    assert (state_of(number), SHOP_NAME.get()) == ("declined", "")


def test_nobody_agrees_to_what_she_asked_for_while_another_could(
    app: Flask, sign_in: SignIn
) -> None:
    one = add_person("owner")
    add_person("owner")
    number = ask(one)
    sent = {"password": PASSWORD, "note": "in a hurry"}
    assert post(sign_in(user_id=one), f"{PAGE}{number}/agree", sent).status_code == 422
    assert (state_of(number), SHOP_NAME.get()) == ("waiting", "")


def test_who_is_alone_agrees_with_her_password_and_a_reason(app: Flask, sign_in: SignIn) -> None:
    one = add_person("owner")
    number = ask(one)
    client = sign_in(user_id=one)
    path = f"{PAGE}{number}/agree"
    assert post(client, path, {"note": "nobody else is here"}).status_code == 422
    assert post(client, path, {"password": PASSWORD}).status_code == 422
    assert post(client, path, {"password": "wrong guess", "note": "x"}).status_code == 422
    assert state_of(number) == "waiting"
    sent = {"password": PASSWORD, "note": "nobody else is here"}
    assert post(client, path, sent).status_code == 302
    assert (state_of(number), SHOP_NAME.get()) == ("agreed", "Fine hair")


def test_an_act_that_is_refused_leaves_the_request_waiting(app: Flask, sign_in: SignIn) -> None:
    number = ask(add_person("front_desk"), "Forbidden")
    assert post(sign_in("owner"), f"{PAGE}{number}/agree").status_code == 422
    assert state_of(number) == "waiting"


def test_a_request_is_decided_once(app: Flask, sign_in: SignIn) -> None:
    number = ask(add_person("front_desk"))
    owner = sign_in("owner")
    post(owner, f"{PAGE}{number}/decline")
    assert post(owner, f"{PAGE}{number}/agree").status_code in (409, 422)
    assert (state_of(number), SHOP_NAME.get()) == ("declined", "")


def test_only_who_may_decide_sees_a_request(app: Flask, sign_in: SignIn) -> None:
    here, there = add_store("A"), add_store("B")
    number = ask(add_person("front_desk", here), store=here)
    assert sign_in("manager", here).get(f"{PAGE}{number}/").status_code == 200
    other = sign_in("manager", there)
    assert other.get(f"{PAGE}{number}/").status_code == 404
    assert post(other, f"{PAGE}{number}/agree").status_code == 404
    assert sign_in("technician", here).get(f"{PAGE}{number}/").status_code == 404


def test_the_person_who_asked_takes_it_back_and_is_told_the_answer(
    app: Flask, sign_in: SignIn
) -> None:
    asker = add_person("front_desk")
    first, second = ask(asker), ask(asker)
    client = sign_in(user_id=asker)
    assert client.get(f"{PAGE}{first}/").status_code == 200
    assert post(client, f"{PAGE}{first}/decline").status_code == 302
    assert state_of(first) == "declined"
    post(sign_in("owner"), f"{PAGE}{second}/decline", {"note": "too late"})
    assert "too late" in client.get("/console/system/inbox/").text


def test_who_may_decide_finds_it_in_her_inbox_until_it_is_decided(
    app: Flask, sign_in: SignIn
) -> None:
    number = ask(add_person("front_desk"))
    owner = sign_in("owner")
    assert "the old one is taken" in owner.get("/console/system/inbox/").text
    post(owner, f"{PAGE}{number}/agree")
    assert "the old one is taken" not in owner.get("/console/system/inbox/").text


def test_asking_takes_a_reason(app: Flask) -> None:
    with pytest.raises(Refused):
        ask_approval(RENAME, {"name": "X"}, reason="  ")
    assert db.session.scalar(sa.select(sa.func.count(Approval.id))) == 0


@pytest.mark.parametrize("number", ["0", "abc", "99999999999999999999", "-1"])
def test_an_unknown_request_is_not_found(app: Flask, sign_in: SignIn, number: str) -> None:
    assert sign_in("owner").get(f"{PAGE}{number}/").status_code == 404
