"""What heads the page of a record that has no name of its own."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from console import api
from tests.console.admin.conftest import URL, House
from tests.support import teahouse
from tests.support.pages import words

pytestmark = pytest.mark.any_engine


@api.unit
def add_rank(name: str) -> int:
    rank = teahouse.Rank(name=name)
    api.db.session.add(rank)
    api.db.session.flush()
    return int(rank.id)


@pytest.fixture
def guest(house: House) -> int:
    return teahouse.add_guest("Lin", house.here, phone="13800138000", rank_id=add_rank("Gold"))


@pytest.mark.parametrize(("named_by", "heading"), [("rank_id", "Gold"), ("id", "Guests #{}")])
def test_it_is_headed_by_what_it_belongs_to_or_by_its_list_and_number(
    guest: int,
    owner: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    named_by: str,
    heading: str,
) -> None:
    monkeypatch.setattr(teahouse.Guest, "label_column", named_by)
    for page in (f"{URL}{guest}/", f"{URL}{guest}/edit/"):
        text = owner.get(page).text
        assert words(text.partition("<h1")[2].partition("</h1>")[0]).endswith(
            heading.format(guest)
        ), page
