"""Logs: a line of JSON each, and nobody's phone number, password or cookie in them."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from flask import Flask

from console.logs import JsonLines, scrub


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("call 13800138000 now", "call 138****8000 now"),
        ("+8613800138000", "138****8000"),
        ("+86 138 0013 8000", "138****8000"),
        ("0086-138-0013-8000", "138****8000"),
        ("search=13800138000&page=2", "search=138****8000&page=2"),
        ("phone=%2B8613800138000", "phone=%2B138****8000"),
        ("\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10", "138****8000"),
    ],
)
def test_a_phone_number_is_masked_however_it_is_written(written: str, kept: str) -> None:
    assert scrub(written) == kept


@pytest.mark.parametrize("number", ["4200001234567890123", "12800138000", "138001380001234"])
def test_what_is_no_phone_number_stays(number: str) -> None:
    assert scrub(f"order {number}") == f"order {number}"


@pytest.mark.parametrize(
    "written",
    [
        "Cookie: console_staff=CANARY; other=1",
        "{'password': 'CANARY'}",
        '{"new_password": "CANARY"}',
        "csrf_token=CANARY&x=1",
        "Authorization: CANARY",
        "postgresql+psycopg://salon:CANARY@db/salon",
        "SECRET_KEY=CANARY",
        "hash $argon2id$v=19$CANARY",
        "pin: CANARY",
    ],
)
def test_secrets_are_not_logged(written: str) -> None:
    assert "CANARY" not in scrub(written)


@pytest.fixture
def logged() -> Any:
    """Write a record and return the lines that come out."""
    stream = io.StringIO()
    log = logging.Logger("test")
    out = logging.StreamHandler(stream)
    out.setFormatter(JsonLines())
    log.addHandler(out)
    return log, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_message_cannot_forge_a_second_line(logged: Any) -> None:
    log, lines = logged
    log.warning('hello\n{"level": "error"}\r\n%s', "and\u2028more")
    assert len(lines()) == 1
    assert lines()[0]["level"] == "warning"


def test_a_traceback_is_one_line_without_the_phone_number(logged: Any) -> None:
    log, lines = logged
    try:
        raise ValueError("13800138000")
    except ValueError:
        log.exception("failed")
    (line,) = lines()
    assert "ValueError: 138****8000" in line["trace"]
    assert "13800138000" not in json.dumps(line)


def test_a_request_is_logged_with_its_route_and_not_with_what_was_searched(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "console.requests")
    answer = app.test_client().get("/nowhere?search=13800138000")
    (record,) = [r for r in caplog.records if r.name == "console.requests"]
    fields = record.__dict__["fields"]
    assert fields["status"] == 404
    assert fields["route"] == ""
    assert fields["ms"] >= 0
    assert "13800138000" not in JsonLines().format(record)
    assert answer.headers["X-Request-ID"]


def test_a_slow_request_is_a_warning(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.logs.SLOW", -1.0)
    app.test_client().get("/nowhere")
    assert [r.levelname for r in caplog.records if r.name == "console.requests"] == ["WARNING"]
