"""The inbox on her phone: hers alone, the newest first, new ones marked until they were seen."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.messages.api import (
    erase_messages,
    export_messages,
    move_messages,
    return_messages,
    send_message,
)
from plugins.messages.models import Message
from plugins.messages.services.inbox import PAGE
from plugins.messages.services.sending import count_unread
from tests.support.messages import WELCOME, Pier, add_member, deliveries, messages, sandbox, work
from tests.support.phones import Phone, phone_of

pytestmark = pytest.mark.any_engine

INBOX = "/messages/inbox"
OTHER = "13800138001"


def tell(member: int, count: int = 1, **more: Any) -> None:
    """Send a member numbered messages."""
    for number in range(count):
        send_message(member, WELCOME, {"number": f"no-{number}"}, **more)


def test_a_stranger_is_led_to_the_door(app: Flask) -> None:
    answer = Phone(app).client.get(INBOX)
    assert answer.status_code == 302
    assert INBOX in answer.location


def test_an_empty_inbox_says_what_comes_here(app: Flask) -> None:
    page = phone_of(app, add_member()).get(INBOX)
    assert page.status_code == 200
    assert "No messages yet" in page.text


def test_she_reads_hers_and_nobody_elses(app: Flask) -> None:
    mei, li = add_member(), add_member("Li", OTHER)
    tell(mei)
    assert "Welcome, Mei. Your number is no-0." in phone_of(app, mei).get(INBOX).text
    assert "Welcome, Mei" not in phone_of(app, li).get(INBOX).text


def test_a_message_is_new_until_she_has_seen_it(app: Flask) -> None:
    member = add_member()
    tell(member)
    phone = phone_of(app, member)
    assert phone.get(INBOX, headers={"Sec-Purpose": "prefetch"}).text.count(">Unread<") == 1
    assert count_unread(member) == 1
    assert phone.get(INBOX).text.count(">Unread<") == 1
    assert count_unread(member) == 0
    assert ">Unread<" not in phone.get(INBOX).text


def test_older_messages_are_a_page_further(app: Flask) -> None:
    member = add_member()
    tell(member, PAGE + 3)
    phone = phone_of(app, member)
    first = phone.get(INBOX).text
    assert f"no-{PAGE + 2}." in first
    assert "no-2." not in first
    older = re.search(r'href="([^"]+before=\d+)"', first)
    assert older
    second = phone.get(older[1]).text
    assert re.findall(r"no-\d+", second) == ["no-2", "no-1", "no-0"]
    assert "Older messages" not in second


@pytest.mark.any_engine
def test_a_strange_page_number_is_the_first_page(app: Flask) -> None:
    member = add_member()
    tell(member)
    phone = phone_of(app, member)
    for odd in ("abc", "-1", "1e3", "9" * 40, "\u0661", "", "1 or 1=1"):
        answer = phone.get(f"{INBOX}?before={odd}")
        assert answer.status_code == 200
        assert "no-0" in answer.text, odd


@pytest.mark.any_engine
def test_what_a_member_is_called_is_never_code(app: Flask) -> None:
    member = add_member("<script>alert(1)</script>%(x)s")
    tell(member, url="/membership/card")
    page = phone_of(app, member).get(INBOX).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;%(x)s" in page
    assert "<script>alert" not in page


@pytest.mark.any_engine
def test_a_message_leads_on(app: Flask) -> None:
    member = add_member()
    tell(member, url="/membership/card")
    assert 'href="/membership/card"' in phone_of(app, member).get(INBOX).text


@pytest.mark.any_engine
def test_a_full_inbox_is_light(app: Flask) -> None:
    member = add_member()
    tell(member, PAGE)
    assert len(gzip.compress(phone_of(app, member).get(INBOX).data)) < 3 * 1024


def test_messages_follow_a_merged_file_and_come_back(app: Flask) -> None:
    kept, gone = add_member(), add_member("Li", OTHER)
    tell(kept)
    tell(gone, 2)
    move_messages(kept, gone)
    assert [row.member_id for row in messages()] == [kept] * 3
    tell(kept)
    return_messages(kept, gone)
    assert [row.member_id for row in messages()] == [kept, gone, gone, kept]


def test_a_file_that_was_merged_twice_comes_back_step_by_step(app: Flask) -> None:
    first, second, third = add_member(), add_member("Li", OTHER), add_member("Bo", "13800138002")
    tell(first)
    move_messages(second, first)
    move_messages(third, second)
    return_messages(third, second)
    assert messages()[0].member_id == second
    return_messages(second, first)
    assert messages()[0].member_id == first


def test_an_erased_member_leaves_no_word_of_her(app: Flask, pier: type[Pier]) -> None:
    member = add_member("Mei")
    tell(member, url="/membership/card")
    erase_messages(member)
    work(app)
    assert pier.letters == []
    assert deliveries()[0].state == "dropped"
    (row,) = api.db.session.execute(sa.select(Message.__table__)).mappings()
    assert "Mei" not in str(dict(row))
    assert "1380013" not in str(dict(row))
    assert row["sent_at"] is not None


def test_an_erased_member_is_not_in_the_sandbox(app: Flask) -> None:
    member = add_member()
    tell(member)
    work(app)
    assert len(sandbox()) == 1
    erase_messages(member)
    assert sandbox() == []


def test_the_copy_of_her_data_holds_what_she_was_told(app: Flask) -> None:
    member = add_member()
    tell(member, 2)
    with api.speaking("en"):
        told = [line["text"] for line in export_messages(member)]
    assert told == ["Welcome, Mei. Your number is no-0.", "Welcome, Mei. Your number is no-1."]
