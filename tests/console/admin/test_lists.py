from __future__ import annotations

from flask.testing import FlaskClient

from tests.console.admin.conftest import URL, House
from tests.support import teahouse


def test_a_list_shows_what_there_is(house: House, owner: FlaskClient) -> None:
    teahouse.add_guest("Lin", house.here, phone="13800138000", balance_fen=123450)
    page = owner.get(URL)
    assert page.status_code == 200, page.text
    assert "Lin" in page.text
    assert "¥1,234.50" in page.text
