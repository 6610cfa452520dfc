"""The application on a real port, for browsers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import make_server

from console import demo
from console.db import db
from console.security.models import User
from console.unit import unit


@dataclass(frozen=True)
class Live:
    """A server with the application of the test."""

    url: str
    app: Flask

    def let_in(self, context: BrowserContext, client: FlaskClient) -> None:
        """Give a browser the cookies of a signed-in client."""
        context.add_cookies(
            [
                {"name": c.key, "value": c.value, "url": self.url}
                for c in (client._cookies or {}).values()  # the only place they are kept
            ]
        )

    def open(self, page: Page, path: str) -> Page:
        """Open a path of this server."""
        page.goto(self.url + path)
        return page


@pytest.fixture
def live(app: Flask) -> Iterator[Live]:
    """Serve `app` on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(f"http://127.0.0.1:{server.server_port}", app)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def with_demo(app: Flask) -> None:
    """Load the demo into the test's database."""
    demo.load(lambda _text: None)


@unit
def choose(user_id: int, **look: str) -> None:
    """Set how somebody sees the console: `locale`, `theme`, `density`."""
    user = db.session.get_one(User, user_id)
    for key, value in look.items():
        setattr(user, key, value)
