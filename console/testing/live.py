"""The application on a real port, for browsers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server


@dataclass(frozen=True)
class Live:
    """A server with the application of the test."""

    url: str
    app: Flask

    def let_in(self, context: Any, client: FlaskClient) -> None:
        """Give a context of Playwright's browser the cookies of a signed-in client."""
        context.add_cookies(
            [
                {"name": c.key, "value": c.value, "url": self.url}
                for c in (client._cookies or {}).values()  # the only place they are kept
            ]
        )

    def open(self, page: Any, path: str) -> Any:
        """Open a path of this server in a page of Playwright's, and return the page."""
        page.goto(self.url + path)
        return page


@contextmanager
def served(app: Flask) -> Iterator[Live]:
    """Serve *app* on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(f"http://127.0.0.1:{server.server_port}", app)
    server.shutdown()
    thread.join()
    server.server_close()
