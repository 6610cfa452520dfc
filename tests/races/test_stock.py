"""The last piece of a gift, and of a product that may not go below zero, wanted by many at once."""

from __future__ import annotations

from flask import Flask

from console import api
from plugins.ledger import api as ledger
from plugins.membership.api import points_of
from plugins.stock.services.acts import use_goods
from plugins.stock.services.gifts import exchange
from plugins.stock.services.moving import BELOW_ZERO
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.salon import add_store
from tests.support.stock import add_gift, left, stocked
from tests.support.till import new_key


def test_the_last_gift_goes_to_exactly_one_member(app: Flask) -> None:
    add_store("福田店")
    bag = stocked(1)
    gift = add_gift(bag, 100)
    members = [int(join(f"会员{number}", phone=f"1380013800{number}").id) for number in range(6)]
    for member_id in members:
        entry = ledger.Entry(key=new_key(), code="earn_points", store_id=1)
        ledger.earn_points(entry, member_id, 100, expires="2030-12")

    def take(number: int) -> bool:
        try:
            exchange(gift, members[number], 1, key=f"race:{number}")
        except api.Refused:
            return False
        return True

    got = at_once(app, len(members), take)
    assert (got.count(True), got.count(False)) == (1, 5)
    assert left(bag) == 0
    assert sum(points_of(member_id) for member_id in members) == 500


def test_nothing_goes_below_zero_where_the_store_forbids_it(app: Flask) -> None:
    add_store("福田店")
    api.unit(lambda: BELOW_ZERO.put("forbid", 1))()
    oil = stocked(3)

    def take(number: int) -> bool:
        try:
            use_goods(1, {oil: 1}, key=f"race:{number}")
        except api.Refused:
            return False
        return True

    assert at_once(app, 6, take).count(True) == 3
    assert left(oil) == 0
