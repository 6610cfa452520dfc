"""Every page asks a database for something; each of the two understands it."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from plugins.membership.api import find_by_phone
from tests.support.crawl import addresses
from tests.support.people import SignIn, post
from tests.support.phones import phone_of

#: What stands for a value in the rule of an address.
ARGUMENT = re.compile(r"<[^<>]+>")
pytestmark = [pytest.mark.slow]


@pytest.mark.usefixtures("with_demo")
def test_every_page_of_the_console_answers(app: Flask, sign_in: SignIn) -> None:
    owner = sign_in("owner")
    pages = {each.path for each in addresses(app) if each.method == "GET"}
    pages.remove("/readyz")  # no worker runs here, and it says so
    answers = {path: owner.get(path).status_code for path in sorted(pages)}
    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert sum(status == 200 for status in answers.values()) > 100


@pytest.mark.usefixtures("with_demo")
def test_every_page_of_a_phone_answers(app: Flask) -> None:
    heroine = find_by_phone("13800138000")
    assert heroine is not None
    hers = phone_of(app, heroine.id).client
    pages = [a.path for a in addresses(app) if a.method == "GET" and a.audience == "visitor"]
    answers = {path: hers.get(path).status_code for path in pages}
    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert sum(status == 200 for status in answers.values()) > 10


@pytest.mark.any_engine
@pytest.mark.parametrize("number", [10**20, 2**63 - 1, "abc"])
def test_no_number_in_an_address_is_a_fault(app: Flask, sign_in: SignIn, number: object) -> None:
    owner = sign_in("owner")
    faults, asked = [], 0
    for each in addresses(app):
        path = f"{ARGUMENT.sub(str(number), each.rule.rule)}?id={number}"
        if each.method not in ("GET", "POST") or path.startswith("/readyz"):
            continue
        answer = owner.get(path) if each.method == "GET" else post(owner, path, {})
        asked += 1
        if answer.status_code >= 500:
            faults.append(f"{each.method} {path}: {answer.status_code}")
    assert not faults, "\n".join(faults)
    assert asked > 500
