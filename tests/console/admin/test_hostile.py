"""Addresses that nobody would write by hand: a page or a 404, never a fault."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.console.admin.conftest import URL, House
from tests.support import teahouse
from tests.support.people import post

pytestmark = pytest.mark.slow

KEYS = (
    "name",
    "phone",
    "sort",
    "rank_id",
    "store_id",
    "balance_fen",
    "visits",
    "joined_at",
    "born_on",
    "regular",
    "cups",
    "ordered",
    "nothing",
    "",
    "a.b",
)
OPERATIONS = (
    "has",
    "eq",
    "starts",
    "not",
    "ge",
    "le",
    "on",
    "from",
    "to",
    "empty",
    "filled",
    "today",
    "this_month",
    "last_30",
    "lt",
    "in",
    "",
    "__class__",
)
names = some.sampled_from(("q", "sort", "size", "after", "before", "page", "f.", "f..")) | (
    some.builds("f.{}.{}".format, some.sampled_from(KEYS), some.sampled_from(OPERATIONS))
)
texts = some.text(max_size=60) | some.sampled_from(
    (
        "1",
        "-1",
        "0",
        "99999999999999999999999",
        "1e400",
        "nan",
        "2026-02-30",
        "9999-12-31",
        "0001-01-01",
        "%",
        "_",
        "\\",
        "'",
        "\0",
        "¥1.50",
        "1.5",
        "true",
        "null",
        "[]",
        "WzEsMV0",
    )
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=some.lists(some.tuples(names, texts), max_size=6))
def test_a_list_answers_any_query(
    house: House, owner: FlaskClient, query: list[tuple[str, str]]
) -> None:
    answer = owner.get(f"{URL}?{urlencode(query, errors='replace')}")
    assert answer.status_code == 200


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    query=some.lists(some.tuples(names, texts), max_size=4), kind=some.sampled_from(["csv", "xlsx"])
)
def test_an_export_answers_any_query(
    house: House, owner: FlaskClient, query: list[tuple[str, str]], kind: str
) -> None:
    answer = owner.get(f"{URL}export/{kind}/?{urlencode(query, errors='replace')}")
    assert answer.status_code == 200
    assert answer.data


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=some.sampled_from(KEYS), use=some.sampled_from(["form", "filter", "", "x"]), text=texts)
def test_a_picker_answers_any_query(
    house: House, owner: FlaskClient, name: str, use: str, text: str
) -> None:
    query = urlencode({"name": name, "use": use, "query": text}, errors="replace")
    assert owner.get(f"{URL}lookup/?{query}").status_code in (200, 404)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    entered=some.dictionaries(
        some.sampled_from(
            (
                "name",
                "phone",
                "sort",
                "rank_id",
                "limit_fen",
                "cups",
                "born_on",
                "visits",
                "joined_at",
                "mood__word",
                "_version",
                "store_id",
            )
        ),
        texts,
    )
)
def test_a_form_answers_whatever_is_entered(
    house: House, owner: FlaskClient, entered: dict[str, str]
) -> None:
    number = teahouse.add_guest("Lin", house.here)
    for path in (f"{URL}new/", f"{URL}{number}/edit/"):
        assert post(owner, path, entered).status_code in (302, 409, 422)


def test_a_record_that_cannot_exist_is_not_found(house: House, owner: FlaskClient) -> None:
    teahouse.add_guest("Lin", house.here)
    for text in ("abc", "0", "-1", "1e3", "99999999999999999999", "\uff11", "%00", "1'"):
        assert owner.get(f"{URL}{text}/").status_code == 404, text
        assert owner.get(f"{URL}{text}/edit/").status_code == 404, text
        assert post(owner, f"{URL}delete/", {"id": text}).status_code == 404, text
        assert post(owner, f"{URL}update/", {"id": text, "key": "name"}).status_code == 404, text
        act = {"action": "greet", "rowid": text}
        assert post(owner, f"{URL}action/", act).status_code == 404, text
