"""A machine that does at random what people do with the ledger, and reckons along on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from console import api
from plugins.ledger import api as ledger
from tests.plugins.ledger.naive import PaperLot, PaperMember, Taken
from tests.support.ledger import CASH, balance

_runs = count(1)
ROUND = [1, 2, 3, 50, 99, 100, 777, 5_000, 10_000, 11_000, 50_000]
AMOUNTS = st.one_of(st.sampled_from(ROUND), st.integers(1, 120_000))
MONTHS = st.sampled_from(["2027-01", "2027-02", "2027-03", "never"])
SPLITS = st.sampled_from(["pro_rata", "pro_rata", "paid_first", "gift_first"])
GIFTS = st.sampled_from([0, 0, 1, 50, 5_000])
#: Per cent of what is there: now and then more than that.
SHARES = st.sampled_from([1, 7, 30, 50, 50, 77, 100, 101])
WHO = st.sampled_from([0, 0, 0, 1])


@dataclass
class Done:
    """A request that was carried out: how to send it again, and what it took."""

    journal_id: int
    again: Callable[[], Any]
    other: Callable[[], Any]
    member: PaperMember
    lot: PaperLot | None = None
    lines: dict[str, list[Taken]] = field(default_factory=dict)
    reversed_: bool = False


class LedgerMachine(RuleBasedStateMachine):
    """The ledger against paper; members are new in every run, the book is not."""

    requests = Bundle("requests")
    spendings = Bundle("spendings")
    cards = Bundle("cards")

    @initialize(target=requests)
    def begin(self) -> Any:
        self.run = next(_runs)
        self.number = count(1)
        self.members = [PaperMember(), PaperMember()]
        self.ids = [self.run * 10 + n for n in range(2)]
        self.revenue = balance(ledger.salon("revenue"))
        self.top_up(0, 50_000, 5_000, "pro_rata")
        return self.top_up(0, 100_000, 15_000, "pro_rata")

    def key(self) -> str:
        return f"model:{self.run}:{next(self.number)}"

    def entry(self, code: str) -> ledger.Entry:
        return ledger.Entry(key=self.key(), code=code)

    def issue(self, who: int, terms: ledger.Terms, split: str) -> tuple[Done, ledger.LotState]:
        head, member_id = self.entry("top_up"), self.ids[who]
        tenders = [ledger.Tender(CASH, terms.price_fen, ref=head.key)]

        def send(lot: ledger.Terms = terms) -> list[ledger.LotState]:
            return ledger.issue_lots(head, member_id, [lot], tenders)

        (issued,) = send()
        more = ledger.Terms(**{**vars(terms), "gift": terms.gift + 1})
        lot = PaperLot(terms.price_fen, terms.paid, terms.gift, split, sessions=bool(terms.card))
        done = Done(issued.journal_id, send, lambda: send(more), self.members[who], lot)
        return done, issued

    @rule(target=requests, who=WHO, price=AMOUNTS, gift=GIFTS, split=SPLITS)
    def top_up(self, who: int, price: int, gift: int, split: str) -> Done:
        terms = ledger.Terms(price_fen=price, paid=price, gift=gift, split=split)
        done, _lot = self.issue(who, terms, split)
        assert done.lot is not None
        self.members[who].lots.append(done.lot)
        return done

    @rule(target=cards, who=WHO, price=AMOUNTS, paid=st.integers(1, 12), gift=st.integers(0, 2))
    def sell_card(self, who: int, price: int, paid: int, gift: int) -> tuple[int, int, PaperLot]:
        terms = ledger.Terms(price_fen=price, paid=paid, gift=gift, card="head")
        done, issued = self.issue(who, terms, "paid_first")
        assert done.lot is not None
        self.members[who].cards.append(done.lot)
        return who, issued.id, done.lot

    @rule(
        target=spendings,
        who=WHO,
        shares=st.one_of(SHARES.map(lambda share: [share]), st.just([30, 50])),
    )
    def spend(self, who: int, shares: list[int]) -> Any:
        head, member_id, member = self.entry("spend"), self.ids[who], self.members[who]
        there = member.principal + member.bonus
        amounts = [max(1, there * share // 100) for share in shares]
        lines = [ledger.Line(f"{head.key}/{n}", amount) for n, amount in enumerate(amounts)]

        def send(wanted: list[ledger.Line] = lines) -> ledger.Spent:
            return ledger.spend(head, member_id, wanted)

        if sum(amounts) > there:
            assert refused(send, ledger.Insufficient)
            return multiple()
        spent = send()
        taken = {line.ref: member.take(line.amount) or [] for line in lines}
        assert [(part.paid, part.gift, part.income_fen) for part in spent.parts] == [
            (one.paid, one.gift, one.income) for each in taken.values() for one in each
        ]
        other = [ledger.Line(line.ref, line.amount + 1) for line in lines]
        return Done(spent.journal_id, send, lambda: send(other), member, lines=taken)

    @rule(target=spendings, card=cards, amount=st.integers(1, 3))
    def use_sessions(self, card: tuple[int, int, PaperLot], amount: int) -> Any:
        who, lot_id, lot = card
        head, member_id = self.entry("use_session"), self.ids[who]

        def send(wanted: int = amount) -> ledger.Spent:
            line = ledger.Line(f"{head.key}/1", wanted)
            return ledger.use_sessions(head, member_id, lot_id, [line])

        if amount > lot.left:
            assert refused(send, ledger.Insufficient)
            return multiple()
        spent, taken = send(), lot.take(amount)
        assert (spent.paid, spent.gift, spent.income_fen) == (taken.paid, taken.gift, taken.income)
        lines = {f"{head.key}/1": [taken]}
        return Done(
            spent.journal_id, send, lambda: send(amount + 1), self.members[who], lines=lines
        )

    @rule(done=spendings, share=SHARES)
    def restore(self, done: Done, share: int) -> None:
        ref, taken = next(iter(done.lines.items()))
        there = sum(one.paid + one.gift - one.back for one in taken)
        amount = max(1, there * share // 100)

        def send() -> ledger.Spent:
            return ledger.restore(self.entry("refund"), ref, amount)

        if done.reversed_ or amount > there:
            assert refused(send, ledger.RefundTooBig)
            return
        send()
        for one in reversed(taken):
            some = min(amount, one.paid + one.gift - one.back)
            if some:
                one.give_back(some)
                amount -= some

    @rule(done=spendings)
    def reverse_spending(self, done: Done) -> None:
        def send() -> ledger.Posted:
            return ledger.reverse(self.entry("reverse"), done.journal_id)

        taken = [one for each in done.lines.values() for one in each]
        if done.reversed_:
            assert refused(send, ledger.AlreadyReversed)
        elif any(one.back for one in taken):
            assert refused(send, ledger.RefundTooBig)
        else:
            send()
            done.reversed_ = True
            for one in taken:
                one.lot.put_back(one.paid, one.gift, one.income)
            self.restore(done, 1)

    @rule(done=requests)
    def reverse_top_up(self, done: Done) -> None:
        lot = done.lot
        assert lot is not None

        def send() -> ledger.Posted:
            return ledger.reverse(self.entry("reverse"), done.journal_id)

        if done.reversed_:
            assert refused(send, ledger.AlreadyReversed)
        elif lot.left < lot.paid + lot.gift or lot.earned:
            assert refused(send, ledger.Insufficient)
        else:
            send()
            done.reversed_ = True
            done.member.lots.remove(lot)

    @rule(done=st.one_of(requests, spendings), changed=st.booleans())
    def send_again(self, done: Done, changed: bool) -> None:
        if changed:
            assert refused(done.other, ledger.KeyUsed)
        else:
            done.again()

    @rule(who=WHO, points=st.integers(1, 500), month=MONTHS)
    def earn_points(self, who: int, points: int, month: str) -> None:
        ledger.earn_points(self.entry("earn_points"), self.ids[who], points, expires=month)
        self.members[who].earn_points(points, month)

    @rule(who=WHO, points=st.integers(1, 500))
    def spend_points(self, who: int, points: int) -> None:
        def send() -> ledger.Posted:
            return ledger.spend_points(self.entry("spend_points"), self.ids[who], points)

        if self.members[who].spend_points(points):
            send()
        else:
            assert refused(send, ledger.Insufficient)

    @rule(who=WHO, points=st.integers(1, 500))
    def take_back_points(self, who: int, points: int) -> None:
        ledger.take_back_points(self.entry("take_back_points"), self.ids[who], points)
        self.members[who].take_back_points(points)

    @rule(who=WHO, coupon=st.sampled_from(["A", "B"]), issue=st.booleans())
    def coupons(self, who: int, coupon: str, issue: bool) -> None:
        held = self.members[who].coupons
        act = ledger.issue_coupon if issue else ledger.redeem_coupon
        refusal = ledger.CouponHeld if issue else ledger.Insufficient

        def send() -> ledger.Posted:
            return act(self.entry("coupon"), self.ids[who], coupon)

        if issue == (coupon in held):
            assert refused(send, refusal)
        else:
            send()
            held.symmetric_difference_update({coupon})

    @invariant()
    def the_book_says_what_paper_says(self) -> None:
        if not hasattr(self, "ids"):
            return
        api.db.session.rollback()
        kinds = ["principal", "bonus", "balance", "all_sessions", "all_points", "coupon"]
        found = ledger.standings(self.ids, kinds)
        for member_id, member in zip(self.ids, self.members, strict=True):
            have = found[member_id]
            assert (have["principal"], have["bonus"]) == (member.principal, member.bonus)
            assert have["balance"] == member.principal + member.bonus
            assert have["all_sessions"] == sum(card.left for card in member.cards)
            assert have["all_points"] == sum(member.points.values()) - member.debt
            assert have["coupon"] == len(member.coupons)
            lots = ledger.lots_of(member_id)
            assert [(lot.paid_left, lot.gift_left, lot.earned_fen) for lot in lots] == [
                (lot.paid_left, lot.gift_left, lot.earned) for lot in member.lots if lot.left
            ]
            for month, points in member.points.items():
                assert balance(ledger.held("points", member_id, month)) == points
        earned = sum(member.earned for member in self.members)
        assert balance(ledger.salon("revenue")) - self.revenue == earned


def refused(send: Callable[[], Any], refusal: type[api.Refused]) -> bool:
    """Tell whether a request is refused, and for the right reason."""
    try:
        send()
    except refusal:
        return True
    return False
