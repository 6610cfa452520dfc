"""Logs: one line of JSON per event, without phone numbers and secrets."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from typing import Any

from flask import Flask, Response, g, has_request_context, request

#: What a proxy of ours may call a request.
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
#: Seconds after which a request is worth a warning.
SLOW = 2.0
#: A mainland mobile number, also with +86 and the usual separators, not inside a longer number.
PHONE = re.compile(
    r"(?<![0-9])(?:(?:\+|00)?86[- ]?)?(1[3-9][0-9])[- ]?([0-9]{4})[- ]?([0-9]{4})(?![0-9])"
)
SECRET = re.compile(
    r"(?i)\b((?:set-)?cookie|authorization|(?:[a-z_-]*(?:password|passwd|secret(?:_?key)?|token|api_?key"
    r"|csrf|pin)))\b(['\"]?\s*[:=]\s*)('[^']*'|\"[^\"]*\"|[^\s,;&'\")}\]]+(?:;[^\r\n'\"]*)?)"
)
#: user:password@ in a database's address.
LOGIN = re.compile(r"(\w+://[^:/@\s]*):[^@/\s]+@")
ARGON = re.compile(r"\$argon2[^\s'\"]+")
#: Line breaks that JSON leaves as they are.
BREAKS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}


def scrub(text: str) -> str:
    """Mask phone numbers (138****8000), passwords, tokens and cookies in *text*."""
    if any("\uff10" <= letter <= "\uff19" for letter in text):
        text = text.translate(FULL_WIDTH)
    text = PHONE.sub(r"\1****\3", text)
    text = SECRET.sub(r"\1\2***", text)
    return ARGON.sub("***", LOGIN.sub(r"\1:***@", text))


class JsonLines(logging.Formatter):
    """One line of JSON; line breaks of a message or a traceback are escaped in it."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "ts": f"{stamp}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": scrub(record.getMessage()),
            **_of_request(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0]:
            line["trace"] = scrub(self.formatException(record.exc_info))
        text = json.dumps(line, ensure_ascii=False, default=lambda thing: scrub(str(thing)))
        return text.translate(BREAKS)


def _of_request() -> dict[str, Any]:
    if not has_request_context():
        return {}
    found = {"request_id": g.get("request_id", "")}
    person = g.get("console_person")
    if person is not None:
        found |= {"user_id": person.id, "store_id": person.store_id}
    return found


def start(level: int = logging.INFO) -> None:
    """Send all logs of this process to standard error, as lines of JSON."""
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(JsonLines())
    logging.basicConfig(handlers=[out], level=level, force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.captureWarnings(True)
    # No line says from where it was written; to find that out takes as long as the line itself.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def install(app: Flask) -> None:
    """Number every request of *app*, and log it when it is answered; slow ones as a warning."""
    log = logging.getLogger("console.requests")

    proxies = app.extensions["console_config"].proxies

    @app.before_request
    def begin() -> None:
        g.began = time.monotonic()
        given = request.headers.get("X-Request-ID", "") if proxies else ""
        g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

    @app.after_request
    def note_request(response: Response) -> Response:
        seconds = time.monotonic() - g.get("began", time.monotonic())
        if (
            request.endpoint in ("healthz", "readyz", "assets.static")
            and response.status_code < 400
        ):
            return response
        fields = {
            **_of_request(),
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else "",
            "status": response.status_code,
            "ms": round(seconds * 1000),
        }
        level = logging.WARNING if seconds > SLOW else logging.INFO
        event = "slow request" if seconds > SLOW else "request"
        # Once it is sent: nobody waits for the line.
        response.call_on_close(lambda: log.log(level, event, extra={"fields": fields}))
        return response
