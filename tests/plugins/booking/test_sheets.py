"""Sheets to print: names and hours, and no number of anybody."""

from __future__ import annotations

import pytest
from flask import Flask

from plugins.booking.services.board import Sight
from plugins.booking.services.sheets import rows_of, short_name
from tests.support.booking import MONDAY, Salon
from tests.support.membership import PHONE, join
from tests.support.pages import words
from tests.support.people import SignIn

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]
SHEETS = "/console/booking/sheets/"


@pytest.fixture
def salon(app: Flask) -> Salon:
    salon = Salon(technicians=2)
    salon.book("14:00", salon.staff[0], guest_name="Anna Li", guest_phone="13912345678")
    salon.book("10:00", salon.staff[0], member_id=join("王小姐").id)
    return salon


def test_a_technicians_day_is_in_the_order_of_its_hours(salon: Salon) -> None:
    rows = rows_of(Sight(salon.store, (MONDAY,)), {}, short=True)
    assert [(row.name, row.count) for row in rows] == [("Amy", 2), ("Coco", 0)]
    lines = rows[0].days[str(MONDAY)]
    assert [(line.span[:5], line.guest) for line in lines] == [
        ("10:00", "王**"),
        ("14:00", "Anna L."),
    ]


def test_a_short_name_is_no_longer_a_name() -> None:
    assert [short_name(name) for name in ("欧阳娜娜", "李", "Bea", "Anna Maria Li")] == [
        "欧**",
        "李",
        "Bea",
        "Anna M.",
    ]


@pytest.mark.usefixtures("staff_read_english")
def test_no_sheet_has_a_phone_number(salon: Salon, sign_in: SignIn) -> None:
    manager, where = sign_in("manager", salon.store_id), f"store_id={salon.store_id}&day={MONDAY}"
    week, day, full, roster = (
        manager.get(f"{SHEETS}{path}{where}").text
        for path in ("?", "day?", "day?names=full&", "roster?")
    )
    for page in (week, day, full, roster):
        assert PHONE not in page
        assert "5678" not in page
    assert "Anna L." in words(week)
    assert "Anna Li" not in day
    assert "Anna Li" in words(full)
    assert "Amy" in words(roster)
    assert "10:00" in words(roster)
