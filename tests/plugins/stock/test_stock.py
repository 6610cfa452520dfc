"""Stock: pieces come and go by movements, and a bill moves them with its money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.inbox import Notice
from plugins.cashier.api import Wanted, add_line, refund_lines, undo_settlement
from plugins.stock.models import Movement
from plugins.stock.services.acts import (
    Counted,
    count_stock,
    deliver,
    transfer,
    use_goods,
    write_off,
)
from plugins.stock.services.moving import BELOW_ZERO
from plugins.stock.services.report import rows_of
from tests.support.refunds import alone_up_to
from tests.support.salon import add_store
from tests.support.stock import add_product, left, level_of, put_in, sell, set_least, stocked
from tests.support.till import bill_of, cash, new_key, pay

pytestmark = pytest.mark.either_engine


@pytest.fixture(autouse=True)
def _store(app: Flask) -> Iterator[None]:
    add_store("福田店")
    with api.speaking("en"):
        yield


def kinds() -> list[tuple[str, int, int]]:
    wanted = sa.select(Movement).order_by(Movement.id)
    return [(one.kind, one.quantity, one.after) for one in api.db.session.scalars(wanted)]


def forbid() -> None:
    api.unit(lambda: BELOW_ZERO.put("forbid", 1))()


def test_settling_takes_pieces_and_reopening_brings_them_back() -> None:
    oil = stocked(5)
    bill_id, _line = sell(oil, 2)
    assert left(oil) == 3
    undo_settlement(bill_id, "wrong guest")
    assert left(oil) == 5
    pay(bill_id, cash(336), agreed_by=None)
    assert kinds() == [("opening", 5, 5), ("sale", -2, 3), ("return", 2, 5), ("sale", -2, 3)]


def test_a_refund_gives_back_only_what_the_guest_brought() -> None:
    alone_up_to(100_000)
    oil = stocked(5)
    bill_id, line_id = sell(oil, 3)
    for came_back, expected in ((False, 2), (True, 3), (True, 4)):
        wanted = [Wanted(line_id, 16_800, 1, came_back)]
        refund_lines(bill_id, wanted, reason="allergic", key=new_key())
        assert left(oil) == expected


def test_salon_use_leaves_the_stock_and_is_no_sale() -> None:
    oil, dye = stocked(5), stocked(8, yuan=None, purpose="salon", cost_fen=1_000)
    sell(oil, 1)
    key = new_key()
    for _again in range(2):
        use_goods(1, {dye: 3, oil: 1}, key=key)
    today = api.today("Asia/Shanghai")
    found = {row.product.id: row for row in rows_of(today, today, frozenset({1}))}
    assert (found[oil].sold, found[oil].revenue_fen, found[oil].used) == (1, 16_800, 1)
    assert (found[dye].revenue_fen, found[dye].used_fen, found[dye].worth_fen) == (0, 3_000, 5_000)


def test_what_is_for_salon_use_is_not_sold() -> None:
    dye = stocked(8, yuan=None, purpose="salon")
    with pytest.raises(api.NotFound):
        add_line(bill_of(), "goods", {"product_id": dye})


def test_more_than_is_left_is_sold_unless_the_store_forbids_it() -> None:
    oil = stocked(1)
    sell(oil, 2)
    assert left(oil) == -1
    forbid()
    bill_id = bill_of()
    add_line(bill_id, "goods", {"product_id": oil})
    with pytest.raises(api.Refused, match="0 are left"):
        pay(bill_id, cash(168), agreed_by=None)
    with pytest.raises(api.Refused):
        write_off(1, {oil: 1}, note="broke", key=new_key())
    assert left(oil) == -1


def test_a_transfer_leaves_one_store_and_arrives_in_the_other() -> None:
    other, oil = add_store("南山店"), stocked(5)
    transfer(1, other.id, {oil: 2}, key=new_key())
    assert (left(oil), left(oil, other.id)) == (3, 2)
    with pytest.raises(api.Refused):
        transfer(1, 1, {oil: 1}, key=new_key())


def test_a_stock_take_books_the_difference_with_its_reason() -> None:
    oil, mask = stocked(5), stocked(2)
    with pytest.raises(api.Refused, match="Say why"):
        count_stock(1, {oil: Counted(4, 5)}, note="", key=new_key())
    assert count_stock(1, {oil: Counted(4, 5), mask: Counted(2, 2)}, note="gone", key="k") == 1
    assert count_stock(1, {oil: Counted(4, 5), mask: Counted(2, 2)}, note="gone", key="k") == 0
    assert (left(oil), left(mask)) == (4, 2)
    assert kinds()[-1] == ("count", -1, 4)


def test_what_moved_while_it_was_counted_is_counted_again() -> None:
    oil = stocked(5)
    sell(oil)
    with pytest.raises(api.Conflict):
        count_stock(1, {oil: Counted(5, 5)}, note="", key=new_key())


def test_running_low_is_told_once_and_done_when_it_is_filled_up() -> None:
    oil = add_product("护发精油")
    put_in(oil, 3)
    set_least(oil, 3)
    sell(oil)
    sell(oil)
    notices = api.db.session.scalars(sa.select(Notice)).all()
    assert [notice.done_at for notice in notices] == [None]
    assert "2" in str(notices[0].title)
    assert level_of(oil).low
    deliver(1, {oil: 10}, key=new_key())
    (done,) = api.db.session.scalars(sa.select(Notice).execution_options(populate_existing=True))
    assert done.done_at is not None
    assert not level_of(oil).low


def test_a_movement_is_never_changed() -> None:
    stocked(5)

    @api.unit
    def change() -> None:
        api.db.session.scalars(sa.select(Movement)).one().quantity = 9

    with pytest.raises(sa.exc.DBAPIError, match="only grow"):
        change()


def test_a_refund_lowers_the_sales_of_its_own_day() -> None:
    alone_up_to(100_000)
    oil = stocked(5)
    bill_id, line_id = sell(oil, 2)
    later = api.now() + dt.timedelta(days=1)
    with api.at_moment(later):
        refund_lines(bill_id, [Wanted(line_id, 16_800, 1, True)], reason="why", key=new_key())
        day = api.today("Asia/Shanghai")
        (row,) = rows_of(day, day, None)
    assert (row.sold, row.revenue_fen, row.left) == (-1, -16_800, 4)
