"""日报：群里看到什么，什么时候不发。"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from console import api
from console.testing.people import SignIn, add_store, post
from console.testing.plugin import Work
from flask import Flask
from plugins.membership.api import NewMember, add_member

from group_daily import WEBHOOK, send_report

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Group(NamedTuple):
    """一个群机器人：地址、收到的话、它的回答。"""

    url: str
    heard: list[str]
    answer: dict[str, object]


@pytest.fixture
def group() -> Iterator[Group]:
    """A group of the messenger, on this machine."""
    found = Group("", [], {"errcode": 0})

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.heard.append(said["markdown"]["content"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(found.answer).encode())

        def log_message(self, *_: object) -> None:
            """Keep the output of the tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Robot)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found._replace(url=f"http://127.0.0.1:{server.server_port}/cgi-bin/webhook/send?key=1")
    server.shutdown()
    thread.join()
    server.server_close()


@api.unit
def put_address(url: str) -> None:
    """Set the address as the owner would."""
    WEBHOOK.put(url)


def test_the_group_reads_the_figures_of_each_store(app: Flask, group: Group) -> None:
    first, second = add_store("福田店"), add_store("南山店")
    for number in range(3):
        add_member(NewMember("陈诗雅", first, f"1380013800{number}"))
    add_member(NewMember("李静", second))
    put_address(group.url)
    send_report()
    (text,) = group.heard
    assert "福田店**　新增会员 3，会员总数 3，明天生日 0" in text
    assert "南山店**　新增会员 1，会员总数 1" in text
    assert "陈诗雅" not in text
    assert "138" not in text


def test_without_an_address_nothing_is_sent(app: Flask, group: Group) -> None:
    send_report()
    assert group.heard == []


def test_a_refusal_of_the_group_is_a_failure(app: Flask, group: Group) -> None:
    put_address(group.url)
    group.answer.update(errcode=93000, errmsg="invalid webhook url")
    with pytest.raises(api.WebhookFailed, match="invalid webhook url"):
        send_report()


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "https://10.0.0.1/"])
def test_only_https_addresses_of_the_internet_are_called(app: Flask, url: str) -> None:
    put_address(url)
    with pytest.raises(api.Refused):
        send_report()


def test_the_owner_enters_the_address(sign_in: SignIn) -> None:
    owner = sign_in("owner")
    page = "/console/system/settings/daily/"
    assert "群机器人地址" in owner.get(page).text
    address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"
    assert post(owner, page, {"daily__webhook": address}).status_code == 302
    assert WEBHOOK.get() == address


def test_the_worker_sends_it_at_half_past_nine_in_the_evening(
    app: Flask, group: Group, work: Work
) -> None:
    add_store("福田店")
    for minute, sent in ((0, 0), (29, 0), (31, 1), (59, 1)):
        with api.at_moment(datetime(2026, 3, 8, 21, minute, tzinfo=SHANGHAI)):
            work(by_the_clock=True)
        assert len(group.heard) == sent
        put_address(group.url)
