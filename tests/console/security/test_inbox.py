"""The inbox: for a person, a role, a store; in the reader's own language."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from console import inbox
from console.db import db
from console.i18n import _
from console.inbox import Notice, notify
from console.security import Actor, acting_as
from console.security.permissions import MANAGE_TILLS
from tests.support.people import SignIn, add_person, add_store, post

pytestmark = pytest.mark.either_engine

PAGE = "/console/system/inbox/"


def count_for(user_id: int) -> int:
    with acting_as(Actor(user_id=user_id)):
        return inbox.count_waiting()


def newest() -> int:
    return db.session.scalar(sa.select(sa.func.max(Notice.id))) or 0


def test_a_notice_reaches_the_person_it_is_for(app: Flask, sign_in: SignIn) -> None:
    wu, amy = add_person("front_desk", name="Wu"), add_person("technician")
    notify("Your roster was changed", user_id=wu)
    assert (count_for(wu), count_for(amy)) == (1, 0)
    assert "Your roster was changed" in sign_in(user_id=wu).get(PAGE).text
    assert "Your roster was changed" not in sign_in(user_id=amy).get(PAGE).text


def test_a_notice_reaches_all_who_hold_a_permission_in_its_store(app: Flask) -> None:
    here, there = add_store("A"), add_store("B")
    mine, other = add_person("manager", here), add_person("manager", there)
    owner, desk = add_person("owner"), add_person("front_desk", here)
    notify("The till does not close", permission=MANAGE_TILLS, store_id=here, todo=True)
    assert [count_for(each) for each in (mine, other, owner, desk)] == [1, 0, 1, 0]


def test_a_to_do_is_open_until_somebody_has_done_it(app: Flask, sign_in: SignIn) -> None:
    one, two = add_person("owner"), add_person("owner")
    notify("Count the drawer", permission=MANAGE_TILLS, todo=True)
    client = sign_in(user_id=one)
    post(client, f"{PAGE}{newest()}/open")
    assert (count_for(one), count_for(two)) == (1, 1)
    assert post(client, f"{PAGE}{newest()}/done").status_code == 302
    assert (count_for(one), count_for(two)) == (0, 0)
    post(client, f"{PAGE}{newest()}/undone")
    assert count_for(two) == 1


def test_news_is_read_by_each_for_herself(app: Flask, sign_in: SignIn) -> None:
    one, two = add_person("owner"), add_person("owner")
    notify("A plugin was enabled", permission=MANAGE_TILLS, url="/console/system/tills/")
    client = sign_in(user_id=one)
    answer = post(client, f"{PAGE}{newest()}/open")
    assert answer.location == "/console/system/tills/"
    assert (count_for(one), count_for(two)) == (0, 1)
    post(sign_in(user_id=two), f"{PAGE}read")
    assert count_for(two) == 0


def test_nobody_opens_what_is_not_hers(app: Flask, sign_in: SignIn) -> None:
    notify("Only for the owner", permission=MANAGE_TILLS)
    client = sign_in("technician", add_store())
    for act in ("open", "done", "undone"):
        assert post(client, f"{PAGE}{newest()}/{act}").status_code == 404


def test_a_key_makes_a_notice_repeatable(app: Flask) -> None:
    wu = add_person("owner")
    for number in (1, 1, 2):
        notify(f"{number} events failed", user_id=wu, key="failed events", todo=True)
    assert count_for(wu) == 1
    inbox.settle("failed events")
    assert count_for(wu) == 0
    notify("1 event failed", user_id=wu, key="failed events", todo=True)
    assert count_for(wu) == 1


def test_a_notice_speaks_the_readers_language(app: Flask, sign_in: SignIn) -> None:
    wu = add_person("owner", name="Wu")
    notify(_("%(name)s asks for approval: %(act)s", name="Amy", act=_("Roles")), user_id=wu)
    client = sign_in(user_id=wu)
    kept = db.session.get_one(Notice, newest()).title
    assert kept["values"] == {"name": "Amy", "act": {"message": "Roles", "values": {}}}
    post(client, "/console/system/profile/look", look("en"))
    assert "Amy asks for approval: Roles" in client.get(PAGE).text


def look(locale: str) -> dict[str, str]:
    return {"look-locale": locale, "look-theme": "auto", "look-density": "cozy"}


def test_the_bell_shows_what_waits(app: Flask, sign_in: SignIn) -> None:
    wu = add_person("owner")
    client = sign_in(user_id=wu)
    assert 'class="count"' not in client.get(PAGE).text
    notify("Something", user_id=wu)
    assert 'class="count" aria-hidden="true">1<' in client.get(PAGE).text


def test_a_link_out_of_the_console_is_not_followed(app: Flask, sign_in: SignIn) -> None:
    wu = add_person("owner")
    notify("Click here", user_id=wu, url="https://evil.example/")
    answer = post(sign_in(user_id=wu), f"{PAGE}{newest()}/open")
    assert answer.location == "/console/"
