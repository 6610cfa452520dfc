"""People who send forms to a console that runs as a shop runs it, many at the same moment."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask.testing import FlaskClient

from tests.support.processes import console_environment, started_console, wait_until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    """What came back: where it leads, or what the page says."""

    status: int
    text: str
    leads_to: str = ""

    @property
    def kept(self) -> dict[str, Any]:
        """Return what the next page was told in its address."""
        return dict(parse_qsl(urlsplit(self.leads_to).query))

    @property
    def problem(self) -> str:
        """Return the words of the notice that says why not; empty where there is none."""
        found = re.search(r'role="alert".*?>([^<>]*\w[^<>]*)<', self.text, re.DOTALL)
        plain = found or re.search(r"<h1[^>]*>([^<]*\w[^<]*)<", self.text)
        return unescape(plain[1]).strip() if plain else ""


@dataclass
class Caller:
    """A browser of somebody: it keeps cookies, and sends forms with the token of a page."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def get(self, path: str) -> Answer:
        """Open a page, and keep its token."""
        answer = self._ask("GET", path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, **fields: Any) -> Answer:
        """Send a form without following where it leads."""
        told = {"csrf_token": self.token, **fields}
        return self._ask("POST", path, urlencode(told, doseq=True))

    def _ask(self, method: str, path: str, body: str = "") -> Answer:
        headers = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, headers | (FORM if body else {}))
            answer = connection.getresponse()
            text = answer.read().decode()
        for told in answer.msg.get_all("Set-Cookie") or ():
            name, _sign, rest = told.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Answer(answer.status, text, answer.headers.get("Location", ""))


def caller_like(client: FlaskClient, port: int) -> Caller:
    """Return a browser with the cookies of somebody who is signed in."""
    held = (client._cookies or {}).values()  # the only place they are kept
    return Caller(port, {cookie.key: cookie.value for cookie in held})


@contextmanager
def served_by(
    workers: int, url: str, folder: Path, module: str = "console"
) -> Iterator[tuple[int, int]]:
    """Run a console with so many web processes, and give its port and the first process.

    Another *module* is one that does something to the console before it runs it.
    """
    port = free_port()
    more = {"CONSOLE_WORKERS": str(workers), "PORT": str(port), "HOST": "127.0.0.1", "DEMO": "0"}
    with started_console(console_environment(url, folder, **more), "run", module=module) as console:
        wait_until(lambda: answers(port), what="the console answers")
        yield port, console.pid


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether a console is up."""
    try:
        return Caller(port).get("/readyz").status == 200
    except OSError:
        return False


def rush(acts: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Let everybody act at the same moment, and return the answers in their order."""
    start = threading.Barrier(len(acts))
    found = [Answer(0, "no answer")] * len(acts)

    def run(number: int) -> None:
        start.wait()
        found[number] = acts[number]()

    runners = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    return found
