"""What a list shows, and to whom."""

from __future__ import annotations

import datetime as dt

from flask.testing import FlaskClient

from console import clock
from tests.console.admin.conftest import URL, House
from tests.console.admin.test_forms import forbid_phones
from tests.support import pages, teahouse
from tests.support.people import post, token_of

#: What is asked of three guests, Hua, Lin and Mei, on 10 March 2026, and who fits.
FILTERED: list[tuple[str, list[str]]] = [
    ("f.name.has=i", ["Lin", "Mei"]),
    ("f.name.has=%25", []),
    ("f.name.has=_", []),
    ("f.name.starts=L", ["Lin"]),
    ("f.name.eq=Mei", ["Mei"]),
    ("f.name.eq=Mei&f.name.eq=Lin", ["Lin", "Mei"]),
    ("f.sort.eq=green", ["Lin"]),
    ("f.sort.eq=green&f.sort.eq=black", ["Hua", "Lin"]),
    ("f.sort.not=green", ["Hua", "Mei"]),
    ("f.sort.empty=1", ["Mei"]),
    ("f.sort.filled=1", ["Hua", "Lin"]),
    ("f.balance_fen.ge=10", ["Hua", "Lin"]),
    ("f.balance_fen.ge=10&f.balance_fen.le=10.00", ["Lin"]),
    ("f.visits.ge=2&f.regular.eq=1", ["Mei"]),
    ("f.regular.eq=0", ["Hua", "Lin"]),
    ("f.joined_at.today=1", ["Mei"]),
    ("f.joined_at.yesterday=1", ["Lin"]),
    ("f.joined_at.this_month=1", ["Lin", "Mei"]),
    ("f.joined_at.last_month=1", ["Hua"]),
    ("f.joined_at.on=2026-03-10", ["Mei"]),
    ("f.joined_at.from=2026-03-01&f.joined_at.to=2026-03-09", ["Lin"]),
    ("f.born_on.empty=1", ["Hua", "Mei"]),
    ("f.born_on.to=1990-12-31", ["Lin"]),
    ("f.rank_id.empty=1", ["Hua", "Mei"]),
    ("f.cups.filled=1", ["Mei"]),
    ("f.cups.empty=1", ["Hua", "Lin"]),
    ("f.visits.eq=abc", []),
    ("f.visits.nonsense=1", []),
    ("f.nothing.eq=1", []),
    ("f.sort.eq=coffee", []),
    ("q=lin", ["Lin"]),
    ("q=L+n", ["Lin"]),
    ("q=%25", []),
]

#: What somebody asks who sees 138****8000, and whether it finds the guest.
PHONES = (
    ("q=13800138000", True),
    ("q=8000", True),
    ("q=1380013", False),
    ("q=138", False),
    ("f.phone.eq=13800138000", True),
    ("f.phone.starts=138", False),
    ("f.phone.has=001", False),
    ("f.phone.filled=1", False),
)


def test_each_kind_of_value_is_written_as_people_write_it(house: House, owner: FlaskClient) -> None:
    rank = teahouse.add(teahouse.Rank(name="Gold"))
    cup, other = teahouse.add(teahouse.Cup(name="Blue")), teahouse.add(teahouse.Cup(name="Amber"))
    number = teahouse.add_guest(
        "Lin <b>",
        house.here,
        phone="13800138000",
        sort="green",
        rank_id=rank,
        balance_fen=123450,
        visits=2015,
        joined_at=dt.datetime(2026, 1, 1, 20, 30, tzinfo=dt.UTC),
        born_on=dt.date(1990, 5, 6),
    )
    for each in (cup, other):
        teahouse.own(number, each)
    page = owner.get(URL).text
    cells = pages.cells_of(page, number)
    for word in ("Lin <b>", "13800138000", "Gold", "Nanshan", "¥1,234.50", "2015", "1990-05-06"):
        assert word in cells
    assert "2026-01-02 04:30" in cells
    assert any("Amber" in cell and "Blue" in cell for cell in cells)
    assert "<b>" not in page
    assert "None" not in cells
    assert 'class="status status-secondary"' in page


def test_what_is_empty_is_a_dash_and_never_none(house: House, owner: FlaskClient) -> None:
    teahouse.add_guest("Lin", house.here)
    page = owner.get(URL).text
    assert "None" not in pages.words(page)
    assert "NULL" not in page


def test_phones_are_masked_for_those_who_may_not_see_them(house: House) -> None:
    number = teahouse.add_guest("Lin", house.here, phone="13800138000")
    client = house.enter("front_desk", house.here)
    for path in (URL, f"{URL}{number}/", f"{URL}?q=8000", f"{URL}?sort=phone"):
        page = client.get(path).text
        assert "13800138000" not in page
        assert "138****8000" in page


def test_a_masked_phone_cannot_be_found_out_bit_by_bit(house: House) -> None:
    number = teahouse.add_guest("Lin", house.here, phone="13800138000")
    forbid_phones("front_desk")
    client = house.enter("front_desk", house.here)
    for query, found in PHONES:
        page = client.get(f"{URL}?{query}").text
        assert pages.ids_of(page) == ([number] if found else []), query


def test_a_masked_column_cannot_be_sorted_by(house: House) -> None:
    teahouse.add_many(house.here, 3)
    client = house.enter("front_desk", house.here)
    page = client.get(URL).text
    assert "sort=phone" not in page
    assert "sort=name" in page


def test_filters_leave_the_rows_that_meet_all_of_them(house: House, owner: FlaskClient) -> None:
    rank = teahouse.add(teahouse.Rank(name="Gold"))
    cup = teahouse.add(teahouse.Cup(name="Blue"))

    def at(month: int, day: int, hour: int) -> dt.datetime:
        return dt.datetime(2026, month, day, hour, tzinfo=dt.UTC)

    here = house.here
    teahouse.add_guest(
        "Lin",
        here,
        sort="green",
        balance_fen=1000,
        visits=5,
        rank_id=rank,
        joined_at=at(3, 9, 15),
        born_on=dt.date(1990, 1, 1),
    )
    mei = teahouse.add_guest("Mei", here, visits=2, regular=True, joined_at=at(3, 9, 16))
    teahouse.own(mei, cup)
    teahouse.add_guest("Hua", here, sort="black", balance_fen=2000, joined_at=at(2, 1, 1))
    for query, names in FILTERED:
        with clock.frozen(at(3, 10, 10)):
            page = owner.get(f"{URL}?{query}&sort=name").text
        found = [pages.cells_of(page, number)[1] for number in pages.ids_of(page)]
        assert found == names, query


def test_a_filter_stands_in_the_address_and_can_be_taken_away(
    house: House, owner: FlaskClient
) -> None:
    teahouse.add_many(house.here, 10)
    page = owner.get(f"{URL}?f.visits.ge=3&f.sort.eq=green&q=Guest&sort=-name").text
    without = f"{URL}?q=Guest&sort=-name&f.visits.ge=3"
    assert without in pages.links(page)


def test_an_empty_list_says_why_and_offers_one_thing_to_do(
    house: House, owner: FlaskClient
) -> None:
    page = owner.get(URL).text
    assert f"{URL}new/" in pages.links(page)
    teahouse.add_guest("Lin", house.here)
    filtered = owner.get(f"{URL}?q=nobody&sort=name").text
    assert f"{URL}?sort=name" in pages.links(filtered)


def test_columns_are_chosen_ordered_and_reset_by_each_person(
    house: House, owner: FlaskClient
) -> None:
    number = teahouse.add_guest("Lin", house.here, visits=7)
    head = {"X-CSRFToken": token_of(owner)}

    def choose(columns: object) -> int:
        answer = owner.post(f"{URL}columns/", json={"columns": columns}, headers=head)
        return answer.status_code

    assert choose(["visits", "name", "nothing", "visits"]) == 200
    assert pages.cells_of(owner.get(URL).text, number)[1:3] == ["7", "Lin"]
    assert len(pages.cells_of(owner.get(URL).text, number)) == 4
    assert "138" not in pages.cells_of(house.enter().get(URL).text, number)
    assert len(pages.cells_of(house.enter().get(URL).text, number)) > 4
    assert choose([]) == 200
    assert len(pages.cells_of(owner.get(URL).text, number)) > 4
    for wrong in (None, "name", [1], {"a": 1}):
        assert choose(wrong) == 400


def test_an_action_is_done_to_the_chosen_rows(house: House, owner: FlaskClient) -> None:
    first = teahouse.add_guest("Lin", house.here)
    second = teahouse.add_guest("Mei", house.here)
    rows = {"action": "greet", "rowid": [str(first), str(second)], "url": f"{URL}?q=i"}
    answer = post(owner, f"{URL}action/", rows)
    assert answer.location == f"{URL}?q=i"
    assert "2 greeted" in owner.get(answer.location).text
    for wrong in ({"action": "greet"}, {"action": "greet", "rowid": [str(n) for n in range(2000)]}):
        assert post(owner, f"{URL}action/", wrong).status_code == 302
    for name in ("nothing", "before_save", "__init__", "delete"):
        act = {"action": name, "rowid": str(first)}
        assert post(owner, f"{URL}action/", act).status_code == 404


def test_pickers_answer_twenty_at_most(house: House, owner: FlaskClient) -> None:
    teahouse.add_many(house.here, 50)
    found = owner.get(f"{URL}lookup/?name=friend_id&use=form&query=").json
    assert found is not None
    assert len(found) == 20
    found = owner.get(f"{URL}lookup/?name=friend_id&use=form&query=Guest+000042").json
    assert found is not None
    assert [label for _number, label in found] == ["Guest 000042"]
    for name in ("name", "balance_fen", "nothing", "store_id"):
        assert owner.get(f"{URL}lookup/?name={name}&use=form").status_code == 404
