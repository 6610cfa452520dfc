"""HTTP to this very machine, with a limit on time and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from console import api

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECONDS = 4.0
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back: all of it, or an `OSError` or `HTTPException` was raised."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def call(
    method: str, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS
) -> Answer:
    """Send a request to this machine and return the answer; never in a unit."""
    if api.in_unit():
        raise RuntimeError("nothing in a unit may touch the network")
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise OSError("the sandbox is on this machine only")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection = HTTPConnection(parts.hostname, parts.port, timeout=seconds)
    try:
        connection.request(method, path, body, {**headers, "Connection": "close"})
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read(MOST_BYTES))
    finally:
        connection.close()
