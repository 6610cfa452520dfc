"""Notices of the staff inbox, for channels that carry them further."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from console import api
from console.hookspecs import hookimpl
from console.inbox import notify, settle
from console.inbox_readers import StaffNotice, read_notice
from console.security.permissions import MANAGE_TILLS
from console.worker import drain
from tests.support.people import add_person, add_store

pytestmark = pytest.mark.any_engine
SENT: list[StaffNotice] = []


class Pager:
    """A channel: it carries what it hears of to those whom it concerns."""

    @hookimpl
    def console_notice_sent(self, notice_id: int) -> None:
        SENT.extend(api.read_notice(notice_id))


@pytest.fixture
def pager(app: Flask) -> Iterator[list[StaffNotice]]:
    SENT.clear()
    host = app.extensions["console"]
    label = host.pm.register(Pager(), f"{next(iter(host.mounted))}:pager")
    yield SENT
    host.pm.unregister(name=label)


@api.unit
def speaks(user_id: int, locale: str) -> None:
    api.db.session.get_one(api.User, user_id).locale = locale


def test_a_notice_reaches_a_channel_in_the_language_of_each_reader(
    app: Flask, pager: list[StaffNotice]
) -> None:
    here, there = add_store(), add_store("Luohu")
    owner, manager = add_person(), add_person("manager", here)
    add_person("manager", there)
    add_person("front_desk", here)
    speaks(owner, "en")
    speaks(manager, "zh_Hans_CN")
    notify(api._("Done"), "12:00", url="/console/", store_id=here, permission=MANAGE_TILLS)
    assert pager == []
    drain(app)
    assert {(each.user_id, each.title) for each in pager} == {
        (owner, "Done"),
        (manager, "\u5df2\u5b8c\u6210"),
    }
    assert {(each.body, each.url, each.todo, each.store_id) for each in pager} == {
        ("12:00", "/console/", False, here)
    }


def test_a_channel_hears_again_of_an_open_notice_only_when_it_says_something_new(
    app: Flask, pager: list[StaffNotice]
) -> None:
    user = add_person("technician", add_store())
    for title in ("Ada asks", "Ada asks", "Ada asks for 14:00"):
        notify(title, user_id=user, todo=True, key="review:1")
        drain(app)
    assert [(each.user_id, each.title) for each in pager] == [
        (user, "Ada asks"),
        (user, "Ada asks for 14:00"),
    ]
    assert pager[0].id == pager[1].id


def test_nobody_is_called_to_what_was_done_meanwhile(app: Flask, pager: list[StaffNotice]) -> None:
    user = add_person("technician", add_store())
    notify("Ada asks", user_id=user, todo=True, key="review:1")
    settle("review:1")
    drain(app)
    assert pager == []
    assert read_notice(1_000_000) == []
