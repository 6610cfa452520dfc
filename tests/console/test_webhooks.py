"""Webhooks: what the owner typed in is called, and nothing of ours behind it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask

from console import api, webhooks

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]
PRIVATE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",  # noqa: S104
    "10.0.0.7",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%lo",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
]


@contextmanager
def serving(
    status: int = 200, said: bytes = b'{"errcode": 0}'
) -> Iterator[tuple[str, list[bytes]]]:
    """A service on this machine that answers always the same and keeps what it is told."""
    heard: list[bytes] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Keep the output of the tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/send?key=secret", heard
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not webhooks.is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert webhooks.is_public(address)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https://someone:secret@example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost:8443/",
        "http://192.168.1.1/",
        "https://example.com:port/",
        "",
    ],
)
def test_an_address_that_might_be_ours_is_refused(url: str) -> None:
    with pytest.raises(api.Refused):
        api.call_webhook(url, {})


@pytest.mark.usefixtures("app")
def test_a_message_is_posted_as_json_and_the_answer_read() -> None:
    with serving() as (url, heard):
        assert api.call_webhook(url, {"text": "三位新会员"}) == {"errcode": 0}
    assert [json.loads(each) for each in heard] == [{"text": "三位新会员"}]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("said", [b"", b"ok", b"[1]", b"x" * 200_000])
def test_an_answer_that_is_no_record_is_none(said: bytes) -> None:
    with serving(said=said) as (url, _heard):
        assert api.call_webhook(url, {}) == {}


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("status", [302, 404, 500])
def test_neither_a_redirect_nor_a_failure_passes_for_success(status: int) -> None:
    with serving(status) as (url, heard), pytest.raises(api.WebhookFailed) as failed:
        api.call_webhook(url, {})
    assert len(heard) == 1
    assert "secret" not in str(failed.value)


@pytest.mark.usefixtures("app")
def test_a_service_that_is_gone_is_a_failure() -> None:
    with serving() as (url, _heard):
        pass
    with pytest.raises(api.WebhookFailed):
        api.call_webhook(url, {})


@pytest.mark.usefixtures("app")
def test_no_unit_touches_the_network() -> None:
    @api.unit
    def send() -> None:
        api.call_webhook("https://example.com/", {})

    with pytest.raises(RuntimeError):
        send()


def test_outside_a_test_this_machine_is_out_of_reach(app: Flask) -> None:
    told = app.extensions["console_config"]
    app.extensions["console_config"] = replace(told, testing=False)
    with serving() as (url, heard), pytest.raises(api.Refused):
        api.call_webhook(url, {})
    assert heard == []
