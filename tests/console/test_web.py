"""Every answer: its headers, its number, and pages that never show how something went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient

from console import clock, health
from console.db import db
from console.errors import Conflict, Refused
from console.i18n import _
from console.security.guard import open_to
from console.unit import unit
from console.worker import Worker
from tests.support.app import MakeApp
from tests.support.crawl import addresses

pytestmark = pytest.mark.any_engine

Serve = Callable[..., FlaskClient]


@pytest.fixture
def serve(make_app: MakeApp) -> Serve:
    """Serve one view at /test to anyone."""

    def served(view: Callable[[], Any], **told: Any) -> FlaskClient:
        app = make_app(**told)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.add_url_rule("/test", "test", open_to("anyone")(view), methods=["GET", "POST"])
        return app.test_client()

    return served


def fail_with(problem: BaseException) -> Callable[[], Any]:
    def view() -> Any:
        raise problem

    return view


def test_every_answer_carries_the_headers_that_browsers_obey(
    app: Flask, client: FlaskClient
) -> None:
    pages = {each.path for each in addresses(app) if each.method == "GET"}
    for path in sorted(pages | {"/nowhere", "/static/dist/none.css"}):
        answer = client.get(path)
        headers = answer.headers
        for cookie in headers.getlist("Set-Cookie"):
            assert "HttpOnly" in cookie, cookie
            assert "SameSite=Lax" in cookie, cookie
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Request-ID"]
        assert "Access-Control-Allow-Origin" not in headers


def test_the_nonce_of_the_scripts_is_new_with_each_answer(client: FlaskClient) -> None:
    nonces = set()
    for _turn in range(3):
        answer = client.get("/console/nowhere")
        (nonce,) = re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        assert set(re.findall(r'nonce="([^"]+)"', answer.text)) == {nonce}
        nonces.add(nonce)
    assert len(nonces) == 3


def test_pages_are_kept_out_of_caches(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-store"


@pytest.mark.slow
def test_with_https_browsers_are_told_to_stay_with_it(serve: Serve) -> None:
    secure = serve(lambda: "ok", base_url="https://salon.example", trusted_hosts=("localhost",))
    assert secure.get("/test").headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in serve(lambda: "ok").get("/test").headers


def test_a_host_that_is_not_ours_is_refused(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.text


def show_source() -> str:
    return f"{request.remote_addr} {request.host} {request.is_secure}"


FORWARDED = {
    "X-Forwarded-For": "6.6.6.6, 10.0.0.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "salon.example",
    "X-Request-ID": "given-by-proxy",
}


def test_what_a_stranger_claims_to_forward_is_not_believed(serve: Serve) -> None:
    answer = serve(show_source).get("/test", headers=FORWARDED)
    assert answer.text == "127.0.0.1 localhost False"
    assert answer.headers["X-Request-ID"] != "given-by-proxy"


def test_our_own_proxy_is_believed_for_as_many_hops_as_there_are(serve: Serve) -> None:
    hosts = ("localhost", "salon.example")
    answer = serve(show_source, proxies=1, trusted_hosts=hosts).get("/test", headers=FORWARDED)
    assert answer.text == "10.0.0.7 salon.example True"
    assert answer.headers["X-Request-ID"] == "given-by-proxy"


def test_a_fault_shows_its_number_and_nothing_of_itself(serve: Serve) -> None:
    client = serve(fail_with(RuntimeError("SELECT phone FROM /srv/salon 13800138000")))
    answer = client.get("/test")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    for part in ("SELECT", "/srv", "RuntimeError", "Traceback", "13800138000"):
        assert part not in answer.text


def test_a_script_gets_its_error_as_json(serve: Serve) -> None:
    client = serve(fail_with(Conflict(_("Gone already."))))
    answer = client.get("/test", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["error"] == "Gone already."
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("status", [404, 405, 500])
def test_errors_have_a_page_in_the_language_of_the_reader(serve: Serve, status: int) -> None:
    client = serve(fail_with(RuntimeError()))
    path = "/nowhere" if status == 404 else "/test"
    for asked, shown in (("zh-CN", "zh-CN"), ("zh-TW", "zh-TW")):
        answer = client.open(
            path, method="PUT" if status == 405 else "GET", headers={"Accept-Language": asked}
        )
        assert answer.status_code == status
        assert f'<html lang="{shown}"' in answer.text


def test_what_is_refused_is_said_in_the_words_of_the_refusal(serve: Serve) -> None:
    answer = serve(fail_with(Refused(_("<b>Not</b> today")))).get("/test")
    assert answer.status_code == 422
    assert "&lt;b&gt;Not&lt;/b&gt; today" in answer.text


def test_a_body_that_is_too_large_is_refused(serve: Serve) -> None:
    client = serve(lambda: str(len(request.get_data())))
    client.application.view_functions["test"].__dict__["audience"] = "signed"
    answer = client.post("/test", data=b"x" * (33 * 1024 * 1024))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "problem",
    [
        sa.exc.OperationalError("SELECT 1", {}, Exception("database is locked")),
        sa.exc.TimeoutError("QueuePool limit"),
    ],
)
def test_a_busy_database_asks_for_patience(serve: Serve, problem: Exception) -> None:
    answer = serve(fail_with(problem)).get("/test")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "SELECT" not in answer.text


def test_a_statement_that_fails_is_a_fault(serve: Serve) -> None:
    def view() -> str:
        db.session.execute(sa.text("SELECT nothing FROM nowhere_at_all"))
        return "ok"

    answer = serve(view).get("/test")
    assert answer.status_code in (500, 503)
    assert "nowhere_at_all" not in answer.text


def test_the_process_says_that_it_lives_without_a_database(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sa.Engine, "connect", None)
    assert client.get("/healthz").text == "ok\n"


@unit
def be_at_work() -> None:
    now = clock.now()
    db.session.add(Worker(id=1, process=1, started_at=now, seen_at=now))


def test_it_is_ready_when_everything_is_well(client: FlaskClient) -> None:
    be_at_work()
    answer = client.get("/readyz")
    assert answer.json == {"ready": True, "failed": []}


def test_it_is_not_ready_without_its_worker_or_triggers(app: Flask, client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 503
    be_at_work()
    with db.engine.begin() as connection:
        for table, name in connection.execute(sa.text(TRIGGERS[db.engine.dialect.name])).all():
            on = f" ON {table}" if db.engine.dialect.name == "postgresql" else ""
            connection.execute(sa.text(f"DROP TRIGGER {name}{on}"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "failed": ["tables"]}
    assert "console_audit" in health.examine()["tables"]


TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    " AND tbl_name = 'console_audit'",
    "postgresql": "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid ="
    " t.tgrelid WHERE c.relname = 'console_audit' AND NOT t.tgisinternal",
}
