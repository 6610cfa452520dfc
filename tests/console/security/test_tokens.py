"""What a browser brings along: the token of its forms, and the cookie that nobody can forge."""

from __future__ import annotations

import re
import time
from itertools import count

import pytest
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from tests.support.people import SignIn

pytestmark = pytest.mark.any_engine

LIST, NEW = "/console/system/roles/", "/console/system/roles/add"


def written(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(LIST).text)
    assert found
    return found[1]


def refused(client: FlaskClient, token: str) -> bool:
    return client.post(NEW, data={"csrf_token": token}).status_code == 400


def test_pages_of_one_session_share_a_token_that_serves(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count(int(time.time()))  # what is signed next is signed a second later
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: next(seconds))
    owner = sign_in("owner")
    tokens = {written(owner) for _page in range(3)}
    assert not any(refused(owner, token) for token in tokens)
    assert len(tokens) == 1


def test_a_token_serves_no_other_session(sign_in: SignIn) -> None:
    hers, his = sign_in("owner"), sign_in("owner")
    assert written(hers) != written(his)
    assert refused(his, written(hers))
    assert not refused(his, written(his))


def test_a_cookie_that_was_changed_holds_nothing(sign_in: SignIn) -> None:
    owner = sign_in("owner")
    token = written(owner)
    name = owner.application.config["SESSION_COOKIE_NAME"]
    kept = owner.get_cookie(name)
    assert kept is not None
    value = kept.value
    assert not refused(owner, token)  # the cookie is trusted from now on
    signed, other = value[:-5], "A" if value[-5] != "A" else "B"  # the last letter has spare bits
    for forged in (f"{signed}{other}{value[-4:]}", f"x{value}", signed, "x"):
        owner.set_cookie(name, forged)
        assert refused(owner, token), forged
    owner.set_cookie(name, value)
    assert not refused(owner, token)


def test_what_is_said_once_is_said_once(sign_in: SignIn) -> None:
    owner = sign_in("owner")
    answer = owner.post(NEW, data={"csrf_token": written(owner), "name": "店长助理"})
    assert answer.status_code == 302, answer.text
    answer = owner.post(f"{answer.location}save", data={"csrf_token": written(owner)})
    assert answer.status_code == 302, answer.text
    assert "已保存" in owner.get(answer.location).text.partition("<template")[0]
    assert "已保存" not in owner.get(answer.location).text.partition("<template")[0]
