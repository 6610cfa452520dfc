"""Members' phones as tests need them: a browser, and the codes that are sent to its number."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import demo
from console.db import db
from console.unit import unit
from plugins.membership.public.routes import COOKIE
from plugins.membership.services.visitors import start_session
from plugins.messages.models import SandboxLetter
from plugins.messages.services.delivering import deliver_again
from tests.support.people import post


class Phone:
    """Somebody's phone: it opens members' pages in English and reads its SMS."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        self.client.set_cookie("console_phone_language", "en")

    def get(self, path: str, **more: Any) -> Any:
        """Open a page, following where it leads."""
        return self.client.get(path, follow_redirects=True, **more)

    def post(self, path: str, **fields: Any) -> Any:
        """Send a form, following where it leads."""
        return post(self.client, path, fields, follow_redirects=True)

    def apply(self, phone: str, store: int, **more: Any) -> Any:
        """Apply for a card and type the code that comes."""
        fields = {"phone": phone, "store_id": store, "agreed": "1", **more}
        asked = self.post("/membership/apply", **fields)
        return self.confirm(phone) if "confirm" in asked.request.path else asked

    def bind(self, phone: str, **more: Any) -> Any:
        """Bind a card and type the code that comes."""
        asked = self.post("/membership/bind", phone=phone, **more)
        return self.confirm(phone) if "confirm" in asked.request.path else asked

    def confirm(self, phone: str) -> Any:
        """Type the code that was sent to a number."""
        return self.post("/membership/confirm", code=read_code_of(phone))

    @property
    def token(self) -> str:
        """What this phone is known by."""
        cookie = self.client.get_cookie(COOKIE)
        return cookie.value if cookie else ""


def read_code_of(phone: str) -> str:
    """Return the code in the latest SMS to a number."""
    deliver_again()
    latest = sa.select(SandboxLetter.text).where(SandboxLetter.phone == phone)
    text = db.session.scalar(latest.order_by(SandboxLetter.id.desc()).limit(1))
    found = re.search(r"\b\d{6}\b", text or "")
    assert found, f"no code was sent to {phone}: {text}"
    return found[0]


def phone_of(app: Flask, member_id: int) -> Phone:
    """Return a phone on which a member's card is bound already."""
    phone = Phone(app)
    phone.client.set_cookie(COOKIE, start_session(member_id))
    return phone


@pytest.fixture
def phone(app: Flask) -> Phone:
    """A phone with no card; the sandbox takes its SMS."""
    unit(lambda: demo.STATE.put("on"))()
    return Phone(app)
