"""A browser of the plainest kind: one connection that stays open, cookies, and forms."""

from __future__ import annotations

import gzip
import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

TOKEN = re.compile(r'name="(csrf_token|csrfmiddlewaretoken)"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back: *size* is the number of bytes that were sent."""

    status: int
    body: bytes
    size: int
    location: str

    @property
    def text(self) -> str:
        """The answer, unpacked."""
        packed = self.body[:2] == b"\x1f\x8b"
        return (gzip.decompress(self.body) if packed else self.body).decode("utf-8", "replace")


class Browser:
    """Asks one server, and keeps its cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        #: Milliseconds that each request took, from the first byte sent to the last received.
        self.spent: list[float] = []
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None)

    def post(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields), headers or {})

    def token_of(self, page: str) -> dict[str, str]:
        """Return the field that keeps forged forms out, as it stands in *page*."""
        found = TOKEN.search(page)
        return {found[1]: found[2]} if found else {}

    def open_stream(self, path: str) -> http.client.HTTPResponse:
        """Open a page and return its answer to be read piece by piece."""
        self._connection.close()
        self._connection.request("GET", path, headers=self._headers())
        return self._connection.getresponse()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        own = f"http://127.0.0.1:{self.port}"
        return {"Accept-Encoding": "gzip", "Cookie": cookies, "Referer": own, "Origin": own}

    def _ask(
        self, method: str, path: str, body: str | None, more: Mapping[str, str] | None = None
    ) -> Answer:
        headers = {**self._headers(), **(more or {})}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for attempt in range(2):  # a server may close a connection that was idle
            begun = time.perf_counter()
            try:
                self._connection.request(method, path, body, headers)
                answer = self._connection.getresponse()
                packed = answer.read()
                break
            except (http.client.HTTPException, OSError):
                self._connection.close()
                if attempt:
                    raise
        self.spent.append((time.perf_counter() - begun) * 1000)
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _equals, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        location = answer.getheader("Location") or ""
        return Answer(answer.status, packed, len(packed), location)
