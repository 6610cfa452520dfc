"""Races of points: one person's limit of a day is hers, whichever members she adjusts."""

from __future__ import annotations

from flask import Flask

from console import api
from plugins.membership.services.points.moving import adjust_points
from plugins.membership.services.points.telling import points_of
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.people import add_person
from tests.support.salon import add_store

CROWD = 8


def test_a_person_adjusts_so_many_points_a_day_alone_however_fast_she_is(app: Flask) -> None:
    store = add_store("福田店")
    manager = add_person("manager", store.id)
    members = [join(f"会员 {n}", phone=f"1390000000{n}").id for n in range(CROWD)]

    def adjust(number: int) -> bool:
        with api.acting_as(api.Actor(user_id=manager, name="manager")):
            return adjust_points(members[number], 100, reason="补分", key=f"{number}" * 24)

    found = at_once(app, CROWD, adjust)
    assert [found.count(done) for done in (True, False)] == [2, CROWD - 2]
    api.db.session.rollback()
    assert sum(points_of(number) for number in members) == 200
