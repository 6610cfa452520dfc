"""A machine that does at random what a front desk does with bills, and adds up on paper."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from console import api
from plugins.cashier.api import (
    Bill,
    Line,
    Order,
    Tender,
    add_line,
    change_price,
    give_free,
    hold_bill,
    lines_of,
    preview,
    resume_bill,
    round_off,
    settle,
    undo_settlement,
    use_points,
)
from plugins.cashier.services.billing import change_line, remove_line, set_member
from plugins.cashier.services.closing.drawer import cash_expected
from plugins.cashier.services.refunding.cases import refund_lines
from plugins.cashier.services.refunding.lines import Wanted, lines_to_refund
from plugins.ledger import api as ledger
from plugins.membership.api import points_of
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.till import bill_of, new_key, service_for, top_up

_runs = count(1)
PRICES = st.one_of(st.sampled_from([1, 50, 99, 128, 198]), st.integers(1, 900))
SHARES = st.sampled_from([0, 0, 10, 33, 50, 99, 100])
WHICH = st.integers(0, 9)


class BillMachine(RuleBasedStateMachine):
    """A member's bills against paper; she is new in every run, the till is not."""

    @initialize()
    def begin(self) -> None:
        number = next(_runs)
        self.member = int(join(phone=f"139{number:08}").id)
        top_up(self.member, 3_000, 450)
        head = ledger.Entry(key=f"points of run {number}", code="earn_points")
        ledger.earn_points(head, self.member, 20_000)
        self.cash, self.settled = cash_expected(1), list[tuple[int, tuple[int, ...]]]()
        self.bill_id = bill_of(self.member)

    def bill(self) -> Bill:
        return api.db.session.get_one(Bill, self.bill_id, populate_existing=True)

    def held(self) -> tuple[int, ...]:
        """What she has: principal and bonus, and points."""
        return (*left(self.member), points_of(self.member))

    def on_a_line(self, which: int, act: Callable[[Line], object]) -> None:
        """Do something with one of the lines; what is refused leaves all as it was."""
        lines = lines_of(self.bill_id)
        if not lines:
            return
        before = self.bill().version
        try:
            act(lines[which % len(lines)])
        except api.Refused:
            assert self.bill().version == before

    @rule(yuan=PRICES, quantity=st.integers(1, 3))
    def add_service(self, yuan: int, quantity: int) -> None:
        variant_id = service_for(yuan).variants[0].id
        add_line(self.bill_id, "service", {"variant_id": variant_id}, quantity=quantity)

    @rule(fen=st.integers(1, 30_000))
    def add_product(self, fen: int) -> None:
        add_line(self.bill_id, "product", {"title": "oil", "price_fen": fen})

    @rule(which=WHICH, quantity=st.integers(1, 5))
    def change(self, which: int, quantity: int) -> None:
        self.on_a_line(which, lambda line: change_line(line.id, quantity=quantity))

    @rule(which=WHICH)
    def remove(self, which: int) -> None:
        self.on_a_line(which, lambda line: remove_line(line.id))

    @rule(which=WHICH, percent=st.integers(0, 110))
    def lower(self, which: int, percent: int) -> None:
        def act(line: Line) -> None:
            change_price(line.id, line.due_fen * percent // 100, "a regular")

        self.on_a_line(which, act)

    @rule(which=WHICH)
    def give(self, which: int) -> None:
        self.on_a_line(which, lambda line: give_free(line.id, "a birthday"))

    @rule(fen=st.integers(0, 1_000))
    def round(self, fen: int) -> None:
        self.on_a_line(0, lambda _line: round_off(self.bill_id, fen))

    @rule(points=st.sampled_from([0, 100, 777, 5_000, 50_000]))
    def points(self, points: int) -> None:
        self.on_a_line(0, lambda _line: use_points(self.bill_id, points))

    @rule()
    def hold(self) -> None:
        hold_bill(self.bill_id, "7")
        resume_bill(self.bill_id)

    @rule()
    def take_her_off_and_on(self) -> None:
        with_her = self.bill().due_fen
        set_member(self.bill_id, None)
        self.sums_agree()
        set_member(self.bill_id, self.member)
        assert self.bill().due_fen == with_her

    @rule(share=SHARES)
    @precondition(lambda self: bool(lines_of(self.bill_id)))
    def settle(self, share: int) -> None:
        """What was shown is what is taken, of each thing, and the form counts once."""
        wanted = min(preview(self.bill_id, 10**9).balance_fen, sum(left(self.member)))
        quote, before = preview(self.bill_id, wanted * share // 100), self.held()
        cash = quote.due_fen - quote.balance_fen
        sums = [("cash", cash), ("balance", quote.balance_fen)]
        tenders, key = [Tender(kind, fen) for kind, fen in sums if fen], new_key()
        shown: dict[str, Any] = {"due_fen": quote.due_fen, "terms": quote.terms}
        for _sent in range(2):
            made = settle(self.bill_id, tenders, key=key, agreed_by="code", **shown)
        assert (made.paid_fen, made.owing_fen) == (quote.due_fen, 0)
        lines = lines_of(self.bill_id)
        assert [line.due_fen for line in lines] == [quote.line(line.id).due_fen for line in lines]
        assert sum(left(self.member)) == sum(before[:2]) - quote.balance_fen
        assert points_of(self.member) >= before[2] - quote.points
        self.cash += cash
        self.settled.append((self.bill_id, before))
        self.bill_id = bill_of(self.member)

    @rule()
    @precondition(lambda self: bool(self.settled))
    def reopen(self) -> None:
        """The latest bill is given back whole; she has what she had, to the fen and the point."""
        bill_id, before = self.settled.pop()
        paid = api.db.session.get_one(Bill, bill_id).paid_fen
        balance = sum(before[:2]) - sum(left(self.member))
        undo_settlement(bill_id, "a mistake")
        assert self.held() == before
        self.cash -= paid - balance
        self.bill_id = bill_id

    @rule(which=WHICH, percent=st.sampled_from([1, 33, 50, 100, 101]))
    @precondition(lambda self: bool(self.settled))
    def refund(self, which: int, percent: int) -> None:
        """Of a line no more goes back than was paid; what is from cash leaves the drawer."""
        bill_id, _before = self.settled[which % len(self.settled)]
        states = lines_to_refund(api.db.session.get_one(Bill, bill_id, populate_existing=True))
        state = states[which % len(states)]
        fen, balance = state.left_fen * percent // 100, sum(left(self.member))
        try:
            refund_lines(bill_id, [Wanted(state.line.id, fen)], reason="unhappy", key=new_key())
        except api.Refused:
            assert not 0 < fen <= state.left_fen or state.line.state == "refunded"
            return
        assert fen <= state.left_fen
        self.cash -= fen - (sum(left(self.member)) - balance)
        self.settled = [one for one in self.settled if one[0] != bill_id]

    @invariant()
    def sums_agree(self) -> None:
        bill, lines = self.bill(), lines_of(self.bill_id)
        quote = preview(self.bill_id)
        orders = api.db.session.query(Order).filter_by(bill_id=self.bill_id).all()
        assert bill.due_fen == quote.due_fen == sum(line.due_fen for line in lines)
        assert bill.list_fen == sum(line.list_fen for line in lines)
        assert sum(order.due_fen for order in orders) == bill.due_fen
        assert all(0 <= line.due_fen <= line.list_fen for line in lines)

    @invariant()
    def the_drawer_holds_what_paper_says(self) -> None:
        assert cash_expected(1) == self.cash
