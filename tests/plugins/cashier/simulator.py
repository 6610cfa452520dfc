"""A chain of three stores at random: what it takes, sells, serves and takes back, day by day.

The chain keeps sums of its own on paper, which the books must come to.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from console import api
from plugins.cards.api import Card
from plugins.cashier import api as till
from plugins.cashier.api import Tender
from plugins.cashier.models import Day
from plugins.cashier.services.closing.days import close_day, reopen_day
from plugins.cashier.services.closing.drawer import cash_expected, move_cash
from plugins.cashier.services.closing.late import open_late_bill
from plugins.cashier.services.closing.shifts import hand_over_shift
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.refunding.cases import refund_lines
from plugins.cashier.services.refunding.lines import Wanted
from plugins.cashier.services.reports.spans import Span
from plugins.membership.api import merge_members
from plugins.membership.services.adjusting import ADJUST
from tests.plugins.cashier import simulator_shelf as shelf
from tests.support.cards import add_product, item
from tests.support.membership import join
from tests.support.salon import add_service, add_staff, add_store

BEGAN = dt.datetime(2026, 1, 5, 2, 0, tzinfo=dt.UTC)
STORES = 3
BOOKED = ("cash", "cash", "wechat", "alipay", "bank_card")
SESSIONS = 10
#: What happens, and how often among a hundred or so acts.
ACTS = {
    "serve": 20,
    "top_up": 14,
    "spend": 26,
    "card": 5,
    "session": 14,
    "void": 2,
    "reopen": 5,
    "refund": 5,
    "owe": 3,
    "late": 2,
    "merge": 1,
    "adjust": 2,
    "shift": 3,
    "float": 2,
    "one_bill": 6,
}
WEIGHTS = {**ACTS, **{name: weight for name, (_act, weight) in shelf.ACTS.items()}}


@dataclass
class Chain:
    """The chain, and what it knows on paper."""

    seed: int
    members: int = 12
    acts: Counter[str] = field(default_factory=Counter)
    #: By store and kind of payment what came in, less what went back.
    money: Counter[tuple[int, str]] = field(default_factory=Counter)
    drawer: Counter[int] = field(default_factory=Counter)
    face: Counter[int] = field(default_factory=Counter)
    sold: Counter[int] = field(default_factory=Counter)
    #: Sessions by part of a card, and pieces by store and product.
    sessions: dict[int, int] = field(default_factory=dict)
    pieces: Counter[tuple[int, int]] = field(default_factory=Counter)
    goods: list[int] = field(default_factory=list)
    #: Cards that balance paid wholly.
    ahead: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    number: int = 0
    days: int = 0

    def open(self) -> None:
        """Make stores, staff, services, a card product and members."""
        self.draw = random.Random(self.seed)
        with api.at_moment(BEGAN):
            stores = [add_store(f"店{place}") for place in range(1, STORES + 1)]
            self.staff = {store.id: add_staff(f"师{store.id}", store).id for store in stores}
            self.stores = [store.id for store in stores]
            services = [add_service(f"项目{yuan}", price_fen=yuan * 100) for yuan in (38, 98, 168)]
            self.variants = [
                (one.variants[0].id, one.variants[0].price_fen or 0) for one in services
            ]
            scalp = add_service("头皮护理", price_fen=12_800)
            self.scalp = scalp.variants[0].id
            self.product = add_product("头皮十次", 98_000, item(scalp, SESSIONS)).id
            shelf.fill(self)
            self.small = add_product("头皮三次", shelf.SMALL, item(scalp, 3)).id
            self.people = [
                join(f"客{place}", self.draw.choice(self.stores), f"138{place:08}").id
                for place in range(self.members)
            ]
        till.seed_payment_kinds()

    def live(self, days: int, acts_a_day: int = 5) -> None:
        """Let so many more days pass; each ends with the stores closing."""
        for _day in range(days):
            morning = BEGAN + dt.timedelta(days=self.days)
            self._day(morning, acts_a_day)
            self.days += 1
            if self.days % shelf.BETWEEN_IMPORTS == 0:
                with api.at_moment(morning + dt.timedelta(hours=11)):
                    shelf.import_cards(self)

    @api.unit
    def _day(self, morning: dt.datetime, acts_a_day: int) -> None:
        for number in range(acts_a_day):
            with api.at_moment(morning + dt.timedelta(hours=1, minutes=number)):
                self._act()
        with api.at_moment(morning + dt.timedelta(hours=10)):
            for store_id in self.stores:
                self._close(store_id)

    def _act(self) -> None:
        name = self.draw.choices(tuple(WEIGHTS), weights=tuple(WEIGHTS.values()))[0]
        store_id = self.draw.choice(self.stores)
        if name in shelf.ACTS:
            done = shelf.ACTS[name][0](self, store_id)
        else:
            done = getattr(self, f"_{name}")(store_id)
        if done is not False:
            self.acts[name] += 1

    def key(self) -> str:
        self.number += 1
        return f"sim{self.number:07}"

    def member(self) -> int:
        return self.draw.choice(self.people)

    def bill(self, store_id: int, member_id: int | None = None) -> int:
        return till.open_bill(store_id, key=self.key(), member_id=member_id).id

    def service(self, bill_id: int, store_id: int) -> int:
        variant, price = self.draw.choice(self.variants)
        line = till.add_line(
            bill_id, "service", {"variant_id": variant}, staff_id=self.staff[store_id]
        )
        if self.draw.random() < 0.12:
            till.change_price(line.id, price - self.draw.randint(1, 1_500), "熟客")
        return line.id

    def pay(self, bill_id: int, store_id: int, tenders: list[Tender], **more: Any) -> None:
        till.settle(bill_id, tenders, key=self.key(), agreed_by="code", **more)
        for tender in tenders:
            if tender.kind != "balance":
                self.came_in(store_id, tender.kind, tender.amount_fen)

    def came_in(self, store_id: int, kind: str, fen: int) -> None:
        self.money[store_id, kind] += fen
        if kind == "cash":
            self.drawer[store_id] += fen

    def _money(self, fen: int) -> list[Tender]:
        """Pay so much in one kind, in two, or with a voucher."""
        if fen > 2_000 and self.draw.random() < 0.15:
            some = self.draw.randint(1, fen - 1)
            return [Tender("cash", some, some + 100), Tender("wechat", fen - some)]
        if self.draw.random() < 0.1:
            return [Tender("meituan", fen, voucher_code=self.key())] if fen else []
        return [Tender(self.draw.choice(BOOKED), fen)] if fen else []

    def _serve(self, store_id: int) -> None:
        bill_id = self.bill(store_id, self.member() if self.draw.random() < 0.5 else None)
        for _each in range(self.draw.choice((1, 1, 2))):
            self.service(bill_id, store_id)
        due = till.preview(bill_id).due_fen
        if self.draw.random() < 0.2 and due % 1_000:
            till.round_off(bill_id, min(due % 1_000, 999))
            due = till.preview(bill_id).due_fen
        self.pay(bill_id, store_id, self._money(due))

    def _offer(self) -> tuple[int, int]:
        yuan, bonus = self.draw.choice(((100, 0), (300, 30), (500, 50), (500, 77)))
        return yuan * 100, bonus * 100 + self.draw.randint(0, 9)

    def _top_up(self, store_id: int) -> bool | None:
        member_id = self.member()
        fen, bonus = self._offer()
        if self.face[member_id] + fen > 400_000:
            return False
        bill_id = self.bill(store_id, member_id)
        till.add_line(bill_id, "top_up", {"amount_fen": fen, "bonus_fen": bonus})
        self.pay(bill_id, store_id, self._money(fen))
        self.face[member_id] += fen + bonus
        self.sold[store_id] += fen
        return None

    def _spend(self, store_id: int) -> bool | None:
        member_id = self.member()
        if self.face[member_id] < 20_000:
            return False
        bill_id = self.bill(store_id, member_id)
        self.service(bill_id, store_id)
        due = till.preview(bill_id).due_fen
        some = due if self.draw.random() < 0.8 else self.draw.randint(1, due)
        self.pay(bill_id, store_id, [Tender("balance", some), *self._money(due - some)])
        self.face[member_id] -= some
        return None

    def _one_bill(self, store_id: int) -> bool | None:
        """A session, a top-up and a service paid from it, on one bill."""
        member_id = self.member()
        if self.face[member_id] > 300_000:
            return False
        bill_id = self.bill(store_id, member_id)
        till.add_line(bill_id, "top_up", {"amount_fen": 50_000, "bonus_fen": 5_000})
        self.service(bill_id, store_id)
        part = self._part(member_id)
        if part is not None:
            till.add_line(bill_id, "session", {"part_id": part, "variant_id": self.scalp})
            self.sessions[part] -= 1
        due = till.preview(bill_id).due_fen - 50_000
        self.pay(bill_id, store_id, [*self._money(50_000), Tender("balance", due)])
        self.face[member_id] += 55_000 - due
        self.sold[store_id] += 50_000
        return None

    def _card(self, store_id: int) -> None:
        member_id = self.member()
        bill_id = self.bill(store_id, member_id)
        till.add_line(bill_id, "card", {"product_id": self.product})
        self.pay(bill_id, store_id, self._money(98_000))
        self.sold[store_id] += 98_000
        latest = api.db.session.query(Card).order_by(Card.id.desc()).limit(1).one()
        self.sessions[latest.parts[0].id] = SESSIONS

    def _part(self, member_id: int) -> int | None:
        cards = api.db.session.query(Card).filter(Card.member_id == member_id).order_by(Card.id)
        for one in cards:
            if self.sessions.get(one.parts[0].id, 0) > 0:
                return int(one.parts[0].id)
        return None

    def _session(self, store_id: int) -> bool | None:
        member_id = self.member()
        part = self._part(member_id)
        if part is None:
            return False
        bill_id = self.bill(store_id, member_id)
        till.add_line(
            bill_id,
            "session",
            {"part_id": part, "variant_id": self.scalp},
            staff_id=self.staff[store_id],
        )
        self.pay(bill_id, store_id, [])
        self.sessions[part] -= 1
        return None

    def _void(self, store_id: int) -> None:
        bill_id = self.bill(store_id)
        self.service(bill_id, store_id)
        till.void_bill(bill_id, "客人走了")

    def _reopen(self, store_id: int) -> None:
        """Settle, take it all back, and settle anew another way."""
        bill_id = self.bill(store_id)
        self.service(bill_id, store_id)
        due = till.preview(bill_id).due_fen
        self.pay(bill_id, store_id, [Tender("cash", due)])
        till.undo_settlement(bill_id, "付款方式错")
        self.came_in(store_id, "cash", -due)
        self.service(bill_id, store_id)
        self.pay(bill_id, store_id, [Tender("alipay", till.preview(bill_id).due_fen)])

    def _refund(self, store_id: int) -> None:
        """Refund one line of two, of a bill that was paid from balance, or in cash."""
        member_id = self.member()
        from_balance = self.face[member_id] >= 40_000
        bill_id = self.bill(store_id, member_id)
        first = self.service(bill_id, store_id)
        self.service(bill_id, store_id)
        quote = till.preview(bill_id)
        kind = "balance" if from_balance else "cash"
        self.pay(bill_id, store_id, [Tender(kind, quote.due_fen)])
        fen = quote.line(first).due_fen
        refund_lines(bill_id, [Wanted(first, fen)], reason="不满意", key=self.key())
        if from_balance:
            self.face[member_id] -= quote.due_fen - fen
        else:
            self.came_in(store_id, "cash", -fen)

    def _owe(self, store_id: int) -> bool | None:
        member_id = self.member()
        if self.face[member_id] < 20_000:
            return False
        bill_id = self.bill(store_id, member_id)
        self.service(bill_id, store_id)
        due = till.preview(bill_id).due_fen
        self.pay(bill_id, store_id, [Tender("cash", due - 1_500)])
        if self.draw.random() < 0.5:
            self.pay(bill_id, store_id, [Tender("wechat", 1_500)])
        else:
            self.pay(bill_id, store_id, [Tender("balance", 1_000), Tender("cash", 500)])
            self.face[member_id] -= 1_000
        return None

    def _late(self, store_id: int) -> bool | None:
        yesterday = today_of(store_id) - dt.timedelta(days=1)
        bill_id = open_late_bill(store_id, yesterday, "补", key=self.key()).id
        self.service(bill_id, store_id)
        self.pay(bill_id, store_id, self._money(till.preview(bill_id).due_fen))
        return None

    def _merge(self, store_id: int) -> bool | None:
        if len(self.people) < self.members // 2:
            return False
        kept, gone = self.draw.sample(self.people, 2)
        if self.face[kept] + self.face[gone] > 400_000:
            return False
        merge_members(kept, gone)
        self.people.remove(gone)
        self.face[kept] += self.face.pop(gone, 0)
        return None

    def _adjust(self, store_id: int) -> bool | None:
        member_id = self.member()
        fen = self.draw.choice((1_000, -1_000))
        if self.face[member_id] < 20_000:
            return False
        ADJUST.apply(
            {
                "member_id": member_id,
                "principal_fen": fen,
                "bonus_fen": 0,
                "purse": "",
                "reason": "补偿",
                "key": self.key(),
                "store_id": store_id,
            }
        )
        self.face[member_id] += fen
        return None

    def _shift(self, store_id: int) -> None:
        short = self.draw.choice((0, 0, 0, 100))
        counted = max(self.drawer[store_id] - short, 0)
        hand_over_shift(store_id, counted_fen=counted, key=self.key(), reason="少了")
        self.drawer[store_id] = counted

    def _float(self, store_id: int) -> None:
        move_cash(store_id, "float", 20_000, key=self.key())
        self.drawer[store_id] += 20_000

    def _close(self, store_id: int) -> None:
        day = today_of(store_id)
        assert cash_expected(store_id, day) == self.drawer[store_id]
        counted = max(self.drawer[store_id] - self.draw.choice((0, 0, 0, 0, 10)), 0)
        closed = self._count(store_id, day, counted)
        if self.draw.random() < 0.08:
            reopen_day(closed.id, "补一笔")
            assert cash_expected(store_id, day) == closed.expected_fen
            self.drawer[store_id] = closed.expected_fen
            closed = self._count(store_id, day, closed.expected_fen)
            self.acts["reopened day"] += 1
        self.closed.append(closed.id)
        self.acts["closed day"] += 1

    def _count(self, store_id: int, day: dt.date, counted: int) -> Day:
        closed = close_day(
            store_id, day, counted_fen=counted, key=self.key(), reason="少了", anyway=True
        )
        self.drawer[store_id] = counted - closed.taken_fen
        return closed


def span(days: int, since: int = 0) -> Span:
    """Return the days that the chain lived, or those *since* one of them."""
    return Span(BEGAN.date() + dt.timedelta(days=since), BEGAN.date() + dt.timedelta(days=days))
