"""Who is compared: how each is started, entered, and asked for the same things."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from benchmarks.client import Answer, Browser
from benchmarks.our_members import FRONT_DESK, OWNER, PASSWORD
from benchmarks.people import Person

HERE = Path(__file__).parent
KEY = "only for measuring, only for measuring, 0123456789"
OURS, DESK = "console", "console, front desk"
SEARCHES = ("phone tail", "exact phone", "name", "pinyin initials", "card number")

#: Path by operation; operations that need somebody get her.
Paths = Mapping[str, Callable[[Person], str]]
#: Sends one request, which is timed.
Asking = Callable[[], Answer]


@dataclass(frozen=True)
class Contestant:
    """One framework: its command, and where its pages are."""

    name: str
    command: Callable[[str, int, int], tuple[list[str], dict[str, str]]]
    enter: Callable[[Browser], None]
    paths: Paths
    export: str
    rows: re.Pattern[str]
    fill: Callable[[Browser, Person, int], Asking] = field(repr=False)

    @property
    def is_ours(self) -> bool:
        """Whether it is the console."""
        return self.name.startswith(OURS)


def sign_in(page: str, **fields: str) -> Callable[[Browser], None]:
    """Return what fills in a sign-in page."""

    def enter(browser: Browser) -> None:
        token = browser.token_of(browser.get(page).text)
        answer = browser.post(page, {**token, **fields})
        if answer.status != 302:
            raise RuntimeError(f"{page} answered {answer.status} to the sign-in")

    return enter


def edit_by(path: Callable[[Person], str], name: str) -> Callable[[Browser, Person, int], Asking]:
    """Return what opens a form, changes one text in it, and leaves the sending to be timed."""

    def fill(browser: Browser, person: Person, turn: int) -> Asking:
        page = browser.get(path(person)).text
        fields = form_fields(page)
        fields[name] = f"{person.name}{turn}"
        return partial(browser.post, path(person), fields)

    return fill


def form_fields(page: str) -> dict[str, str]:
    """Return what the longest form of a page would send as it stands."""
    forms = re.findall(r"<form\b.*?</form>", page, re.S)
    form = max(forms, key=lambda text: len(re.findall(r"<(?:input|select|textarea)", text)))
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        kind = told.get("type", "text")
        ticked = kind not in ("checkbox", "radio") or re.search(r"\schecked", tag)
        if "name" in told and ticked and kind not in ("submit", "button", "file"):
            found[told["name"]] = told.get("value", "")
    for name, inside in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r"<option\b[^>]*\bselected\b[^>]*>", inside)
        value = re.search(r'value="([^"]*)"', chosen[0]) if chosen else None
        found[name] = value[1] if value else ""
    for name, text in re.findall(
        r'<textarea\b[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S
    ):
        found[name] = text.strip("\n")
    return found


def _peer(module: str, python: Path) -> Callable[[str, int, int], tuple[list[str], dict[str, str]]]:
    def command(url: str, port: int, workers: int) -> tuple[list[str], dict[str, str]]:
        line = [str(python), "-m", "gunicorn", f"--workers={workers}", "--worker-class=gthread"]
        line += ["--threads=8", "--keep-alive=75", "--timeout=600", f"--bind=127.0.0.1:{port}"]
        return [*line, f"--chdir={HERE}", f"peers.{module}:app"], {"BENCH_URL": url}

    return command


def _ours(url: str, port: int, workers: int) -> tuple[list[str], dict[str, str]]:
    told = {"DATABASE_URL": url, "PORT": str(port), "CONSOLE_WORKERS": str(workers), "DEMO": "0"}
    return [sys.executable, "-m", "console", "run"], {**told, "SECRET_KEY": KEY}


def searches(pattern: str, *, column: bool = False) -> dict[str, Callable[[Person], str]]:
    """Return the search's addresses; *column* where each column has a search of its own."""

    def ask(name: str, text: str) -> str:
        return pattern.format(column=name, text=quote(text)) if column else pattern + quote(text)

    return {
        "phone tail": lambda person: ask("phone", person.phone[-4:]),
        "exact phone": lambda person: ask("phone", person.phone),
        "name": lambda person: ask("name", person.name),
        "pinyin initials": lambda person: ask("initials", initials_of(person)),
        "card number": lambda person: ask("number", person.number),
    }


def initials_of(person: Person) -> str:
    """Return the initials of a name's pinyin."""
    from console.pinyin import spell

    return spell(person.name)[1]


def _ours_as(name: str, login: str) -> Contestant:
    home = "/console/membership/members/"
    edit: Callable[[Person], str] = lambda person: f"{home}{person.id}/edit/"  # noqa: E731
    return Contestant(
        name,
        _ours,
        sign_in("/", login=login, password=PASSWORD),
        {
            "list page 1": lambda _p: home,
            "last page": lambda _p: f"{home}?page=last",
            "filter by level": lambda p: f"{home}?f.level.eq={p.level}",
            "sort by joining": lambda _p: f"{home}?sort=joined_on",
            **searches(f"{home}?q="),
            "edit form": edit,
        },
        f"{home}export/csv/",
        re.compile("<tr data-id="),
        edit_by(edit, "notes"),  # the peers have no such text, and change the name
    )


def contestants(python: Path, count: int) -> list[Contestant]:
    """Return all who are compared, for lists of *count* members."""
    last = (count - 1) // 50
    return [
        _ours_as(OURS, OWNER),
        _ours_as(DESK, FRONT_DESK),
        _flask_admin(python, last),
        _django(python, last),
        _appbuilder(python, last),
    ]


def _flask_admin(python: Path, last: int) -> Contestant:
    home = "/admin/member/"
    edit: Callable[[Person], str] = lambda person: f"{home}edit/?id={person.id}"  # noqa: E731
    return Contestant(
        "Flask-Admin 2.2.1",
        _peer("stock_flask_admin", python),
        lambda browser: None,
        {
            "list page 1": lambda _p: home,
            "last page": lambda _p: f"{home}?page={last}",
            "filter by level": lambda p: f"{home}?flt0_0={p.level}",
            "sort by joining": lambda _p: f"{home}?sort=7",
            **searches(f"{home}?search="),
            "edit form": edit,
        },
        f"{home}export/csv/",
        re.compile('<input type="checkbox" name="rowid"'),
        edit_by(edit, "name"),
    )


def _django(python: Path, last: int) -> Contestant:
    home = "/admin/bench/member/"
    edit: Callable[[Person], str] = lambda person: f"{home}{person.id}/change/"  # noqa: E731
    login = "/admin/login/?next=/admin/"
    return Contestant(
        "Django admin 5.2",
        _peer("stock_django", python),
        sign_in(login, username="bench", password="bench"),
        {
            "list page 1": lambda _p: home,
            "last page": lambda _p: f"{home}?p={last + 1}",
            "filter by level": lambda p: f"{home}?level__id__exact={p.level}",
            "sort by joining": lambda _p: f"{home}?o=8",
            **searches(f"{home}?q="),
            "edit form": edit,
        },
        "",
        re.compile('class="action-checkbox"'),
        edit_by(edit, "name"),
    )


def _appbuilder(python: Path, last: int) -> Contestant:
    home = "/members/list/"
    edit: Callable[[Person], str] = lambda person: f"/members/edit/{person.id}"  # noqa: E731
    order = "_oc_MemberView=joined_at&_od_MemberView=asc"
    return Contestant(
        "Flask-AppBuilder 5.3",
        _peer("appbuilder", python),
        sign_in("/login/", username="bench", password="bench"),
        {
            "list page 1": lambda _p: home,
            "last page": lambda _p: f"{home}?page_MemberView={last}",
            "filter by level": lambda p: f"{home}?_flt_0_level={p.level}",
            "sort by joining": lambda _p: f"{home}?{order}",
            **searches(home + "?_flt_2_{column}={text}", column=True),
            "edit form": edit,
        },
        "",
        re.compile(r'href="/members/show/\d+'),
        edit_by(edit, "name"),
    )


def environment(more: Mapping[str, str], instance: Path) -> dict[str, str]:
    """Return the environment of a server, without what configures another console."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSOLE_")}
    return {**kept, **more, "CONSOLE_INSTANCE": str(instance)}
