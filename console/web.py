"""What holds for every request and every answer."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, abort, current_app, g, jsonify, render_template, request
from flask_babel import format_date, format_datetime
from markupsafe import escape
from werkzeug.exceptions import HTTPException, InternalServerError, default_exceptions
from werkzeug.middleware.proxy_fix import ProxyFix

from console import assets, health, packing, public_pages, visitors
from console.config import Config
from console.errors import Refused
from console.host.attempt import attempt
from console.i18n import gettext
from console.money import format_fen
from console.security import people, reading
from console.unit import is_transient

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self';"
    " img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors {frames}"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
DAY, MOMENT = "yyyy-MM-dd", "yyyy-MM-dd HH:mm"
YEAR = 31_536_000
#: Seconds after which a browser may try again when the database was busy.
RETRY_AFTER = 2
BARE = "<!DOCTYPE html><meta charset=utf-8><title>{code}</title><h1>{code}</h1><p>{message}</p>"


def install(app: Flask) -> None:
    """Add headers, error pages, health checks and the words of templates."""
    config: Config = app.extensions["console_config"]
    if config.proxies:
        hops = config.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_port=0, x_prefix=0
        )
    packing.install(app)
    assets.install(app)
    app.jinja_env.filters.update(money=format_fen, moment=format_moment, day=format_day)
    app.jinja_env.globals.update(csp_nonce=csp_nonce)
    app.add_url_rule("/healthz", "healthz", health.answer_alive)
    app.add_url_rule("/readyz", "readyz", health.answer_ready)
    app.before_request(people.forget)
    app.before_request(_hide_sleeping_plugin)
    public_pages.install(app)
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Refused, _answer_refused)
    app.register_error_handler(sa.exc.DBAPIError, _answer_database)
    app.register_error_handler(sa.exc.TimeoutError, _answer_busy)


def csp_nonce() -> str:
    """Return the nonce of this answer's own scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def format_moment(at: dt.datetime | None) -> str:
    """Write a moment in the reader's time zone: 2026-03-08 14:05; empty for none."""
    return str(format_datetime(at, MOMENT)) if at else ""


def format_day(on: dt.date | None) -> str:
    """Write a day: 2026-03-08; empty for none."""
    return str(format_date(on, DAY)) if on else ""


def wants_json() -> bool:
    """Tell whether the answer goes to a script rather than to a person."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json"


def _hide_sleeping_plugin() -> None:
    host = current_app.extensions["console"]
    owner = host.owner(request.blueprint)
    people.person()  # reads in one query who asks, and whether what is remembered still holds
    if owner is not None and not host.is_active(owner):
        abort(404)


def _add_headers(response: Response) -> Response:
    config: Config = current_app.extensions["console_config"]
    # Only the demo's counter puts pages into frames, and only its own.
    framed = config.demo
    told = {
        **HEADERS,
        "X-Frame-Options": "SAMEORIGIN" if framed else "DENY",
        "Content-Security-Policy": POLICY.format(
            nonce=csp_nonce(), frames="'self'" if framed else "'none'"
        ),
        "Cache-Control": "no-store",
    }
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if config.https:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    said = set(response.headers.keys(lower=True))  # a view's own words stay
    response.headers.extend([(name, told[name]) for name in told if name.lower() not in said])
    return response


def _answer_http(problem: HTTPException) -> Any:
    if problem.response is not None or problem.code is None or problem.code < 400:
        return problem
    ours = type(problem) is default_exceptions.get(problem.code)  # not of a library, in English
    has_words = problem.description != type(problem).description
    shown = ours and has_words and not isinstance(problem, InternalServerError)
    return answer_error(problem.code, problem.description if shown else None)


def _answer_refused(refused: Refused) -> Response:
    return answer_error(refused.status, str(refused))


def _answer_database(problem: sa.exc.DBAPIError) -> Response:
    if isinstance(problem, sa.exc.OperationalError) or is_transient(problem):
        return _answer_busy(problem)
    raise problem


def _answer_busy(problem: Exception) -> Response:
    current_app.logger.error("the database does not answer", exc_info=problem)
    response = answer_error(503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def answer_error(code: int, message: str | None = None) -> Response:
    """Make the answer to what went wrong: a page, or JSON for a script; never how it went wrong."""
    number = g.get("request_id", "")
    if wants_json():
        words = message or gettext("This did not work.")
        response = jsonify(ok=False, error=words, status=code, request_id=number)
    else:
        response = Response(_render_error(code, message, number), mimetype="text/html")
    response.status_code = code
    return response


def _render_error(code: int, message: str | None, number: str) -> str:
    pages: list[str] = []

    def render() -> None:
        if visitors.is_public_page():
            pages.append(public_pages.render_error(code, message, number))
            return
        words = {"code": code, "message": message, "request_id": number}
        lang = reading.html_language()
        pages.append(render_template("console/error.html", lang=lang, **words))

    if attempt(render) is None:
        return pages[0]
    return BARE.format(code=code, message=f"{escape(message or '')} {escape(number)}")
