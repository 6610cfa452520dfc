"""The built front end: its weight, its integrity, and how it is sent."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import assets
from console.assets import DIST, asset, icon

ROOT = Path(__file__).parents[2]
SHELL = ("admin.css", "admin.js", "icons.svg", "mark.svg")
FIELDS = ("fields.css", "fields.js")
KILOBYTE = 1024


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    assets.install(app)
    return app.test_client()


def _weight(*names: str) -> int:
    files = [DIST / asset(name).url.rpartition("/")[2] for name in names]
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def test_the_shell_weighs_less_than_150_kilobytes() -> None:
    assert _weight(*SHELL, *FIELDS) < 150 * KILOBYTE


def test_a_list_leaves_room_for_its_rows() -> None:
    assert _weight(*SHELL) < 125 * KILOBYTE


def test_a_members_page_needs_only_a_few_kilobytes() -> None:
    assert _weight("phone.css", "phone.js", "phone.svg", "mark.svg") < 7 * KILOBYTE


def test_the_integrity_hash_is_that_of_the_file(client: FlaskClient) -> None:
    built = asset("admin.js")
    with client.get(built.url) as answer:
        digest = hashlib.sha384(answer.data).digest()
    assert built.sri == f"sha384-{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize(("accepted", "sent"), [("gzip, br", "br"), ("gzip", "gzip"), ("", None)])
def test_files_are_sent_packed_and_for_good(
    client: FlaskClient, accepted: str, sent: str | None
) -> None:
    url = asset("admin.css").url
    with client.get(url, headers={"Accept-Encoding": accepted}) as answer:
        assert answer.content_encoding == sent
        assert answer.mimetype == "text/css"
        assert answer.cache_control.max_age == 31_536_000
        assert "immutable" in answer.headers["Cache-Control"]


def test_only_built_files_are_served(client: FlaskClient) -> None:
    assert client.get(f"{assets.URL}/../../app.py").status_code == 404
    assert client.get(f"{assets.URL}/%2e%2e/%2e%2e/app.py").status_code == 404


def test_an_icon_that_nobody_drew_becomes_a_dot() -> None:
    assert f"{asset('icons.svg').url}#users" in icon("users")
    assert f"{asset('icons.svg').url}#point" in icon("no-such-icon")


def test_a_second_build_has_nothing_to_do() -> None:
    assert assets.build() is False


def test_the_lock_names_hashes_and_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())


def test_every_bundled_package_has_its_licence_with_it() -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    licences = (DIST / "licences.txt").read_text("utf-8")
    for name, version in wanted.items():
        assert re.search(rf"^{re.escape(name)} {re.escape(version)} \([^)]+\)$", licences, re.M)
