"""Makers of visits with bills and deposits, for tests."""

from __future__ import annotations

from typing import Any

from console import api
from plugins.booking.api import Visit, turn_visit
from plugins.cashier.api import Bill, settle
from plugins.cashier.services.tendering import plan
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.checkout.models import Deposit, Rule
from plugins.checkout.services.billing import bill_visit, open_deposit_bill
from plugins.ledger.services.verifying import verify
from tests.support.booking import MONDAY, Salon, at
from tests.support.membership import join
from tests.support.salon import add
from tests.support.till import cash, new_key


@api.unit
def add_rule(**values: Any) -> Rule:
    """Add a rule by which deposits are asked."""
    return add(Rule(**{"how": "fixed", "amount_fen": 5_000, **values}))


def with_member(salon: Salon, clock: str = "12:00", **more: Any) -> Visit:
    """Book a visit of a new member at the desk."""
    member = join(store=salon.store_id, phone=more.pop("phone", "13800138000"))
    return salon.book(clock, member_id=member.id, **more)


def pay_deposit(visit: Visit) -> Deposit:
    """Take the deposit of a visit in cash at the desk."""
    bill = open_deposit_bill(visit.id, key=new_key())
    settle(bill.id, [cash(bill.due_fen / 100)], key=new_key())
    return deposit_now(visit.id)


def deposit_now(visit_id: int) -> Deposit:
    """Return the deposit of a visit as it is in the database."""
    api.db.session.rollback()
    return api.db.session.query(Deposit).filter_by(visit_id=visit_id).one()


def serve(visit: Visit, clock: str = "12:05") -> Bill:
    """Let a guest come and open her bill."""
    with api.at_moment(at(clock, MONDAY)):
        turn_visit(visit.id, "arrive")
        turn_visit(visit.id, "start")
        return bill_visit(visit.id)


def settle_as_suggested(bill_id: int, clock: str = "13:05", kind: str = "cash") -> None:
    """Settle a bill as the till suggests it, the rest in cash."""
    with api.at_moment(at(clock, MONDAY)):
        bill = api.db.session.get_one(Bill, bill_id)
        now = plan(bill)
        tenders = [choice.tender() for choice in now.choices]
        if now.left_fen:
            tenders.append(cash(now.left_fen / 100))
        settle(bill_id, tenders, key=new_key(), agreed_by="signature")


def books_agree() -> bool:
    """Tell whether the ledger verifies and the books tie out."""
    api.db.session.rollback()
    assert [str(one) for one in verify().findings] == []
    assert [one.words() for one in tie_out(whole_book()).differences] == []
    return True
