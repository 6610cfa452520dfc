"""The staff pages about people: whoever may use them sees them, others do not."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.people import SignIn, add_person, add_store

pytestmark = pytest.mark.any_engine

PAGES = ("users", "users/add", "roles", "tills", "audit", "approvals", "inbox", "profile")
OWNERS = ("users", "users/add", "roles", "tills", "audit", "approvals")


@pytest.mark.parametrize("noun", PAGES)
def test_the_owner_sees_every_page(app: Flask, sign_in: SignIn, noun: str) -> None:
    answer = sign_in("owner").get(f"/console/system/{noun}/")
    assert answer.status_code == 200
    assert "<h1>" in answer.text


@pytest.mark.parametrize("noun", OWNERS)
def test_a_technician_sees_no_page_of_the_owner(app: Flask, sign_in: SignIn, noun: str) -> None:
    client = sign_in("technician", add_store())
    assert client.get(f"/console/system/{noun}/").status_code == 403


def test_everybody_sees_her_own_pages(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("technician", add_store())
    assert client.get("/console/system/profile/").status_code == 200
    assert client.get("/console/system/inbox/").status_code == 200


def test_the_owner_opens_the_page_of_a_person(app: Flask, sign_in: SignIn) -> None:
    number = add_person("front_desk", add_store("Nanshan"), name="Wu")
    page = sign_in("owner").get(f"/console/system/users/{number}/")
    assert page.status_code == 200
    assert "Wu" in page.text
