"""The money of one settlement: which payment pays how much of which line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line, LinePart, Payment, PaymentKind, Settlement
from plugins.cashier.offers import FromBalance, Settling, Tender
from plugins.cashier.services.asking import payment_method
from plugins.cashier.services.cards_on_bill import scope_of
from plugins.cashier.services.paying import find_kind
from plugins.cashier.services.quoting import SALES
from plugins.cashier.services.vouchers import VoucherUsed, require_unused, voucher_key
from plugins.ledger.api import Entry, Move, Name, Spent, heir_of, held, post, salon
from plugins.ledger.api import Line as Spending
from plugins.ledger.api import Tender as Money
from plugins.membership.api import by_bank, opened_code, pay_from_balance


@dataclass
class Coin:
    """A tender on its way: how much of it is left, and the payment that was written for it."""

    tender: Tender
    kind: PaymentKind
    account: Name
    left_fen: int
    payment: Payment | None = None
    #: The only line that it pays: a voucher is good for what it gives.
    line_id: int | None = None

    @property
    def from_balance(self) -> bool:
        """Tell whether it comes from the member's stored value."""
        return self.kind.payment_class == "balance"


@dataclass
class Wallet:
    """All tenders of a settlement."""

    bill: Bill
    coins: list[Coin]
    settlement_id: int = 0
    #: What each payment from balance pays of which line, in the order of `purses`.
    plan: list[Mapping[int, int]] = field(default_factory=list)
    #: The lines of the bill, and those that balance paid already, with the payment.
    lines: Sequence[Line] = ()
    done: set[tuple[int, int]] = field(default_factory=set)
    #: So much is sold that it is paid by bank transfer: such money pays for it before other.
    bank_first: bool = False

    @classmethod
    def of(cls, bill: Bill, tenders: Sequence[Tender]) -> Wallet:
        """Return the wallet of some tenders, each checked by who takes its money."""
        coins = []
        for tender in tenders:
            if tender.amount_fen <= 0:
                raise api.Refused(_("Enter an amount above zero."))
            kind = find_kind(tender.kind)
            _check(kind, tender)
            account = payment_method(kind.method).account(bill, kind, tender)
            coins.append(Coin(tender, kind, account, tender.amount_fen))
        return cls(bill, coins)

    @property
    def total_fen(self) -> int:
        """What is paid in all."""
        return sum(coin.tender.amount_fen for coin in self.coins)

    @property
    def balance_fen(self) -> int:
        """What of it comes from balance."""
        return sum(coin.tender.amount_fen for coin in self.coins if coin.from_balance)

    @property
    def purses(self) -> list[tuple[str | None, int]]:
        """The stored-value cards that pay, and how much of it each."""
        return [
            (coin.tender.purse or None, coin.tender.amount_fen)
            for coin in self.coins
            if coin.from_balance
        ]

    @property
    def money_fen(self) -> int:
        """What is left of all that does not come from balance."""
        return sum(coin.left_fen for coin in self.coins if not coin.from_balance)

    def take(self, settling: Settling, line: Line, due_fen: int) -> list[Money]:
        """Take the money for a line that is sold: it is neither owed nor paid from balance."""
        found = []
        for coin, some in self._draw(due_fen, line):
            ref = self._ref(settling, coin, line)
            found.append(Money(coin.account, some, ref))
            self._part(line, coin, some, ref)
            due_fen -= some
        if due_fen:
            raise api.Refused(_("Top-ups are paid in full, and not from balance."))
        return found

    def spend_balance(self, settling: Settling, lines: Sequence[Line]) -> None:
        """Pay lines from balance, lot by lot; what each lot gave is frozen on the line."""
        plan = iter(self.plan)
        for number, coin in enumerate(self.coins):
            if not coin.from_balance:
                continue
            wanted = next(plan)
            shares = [(line, wanted[line.id]) for line in lines if wanted.get(line.id)]
            if shares:
                self._spend(settling, coin, settling.entry(f"balance/{number}", "spend"), shares)

    def buy(self, settling: Settling, line: Line) -> list[Money]:
        """Pay from balance for what is sold to be used later, and return the money behind it.

        Nothing of it is earned yet: it goes through an account of hers to what she buys.
        """
        plan = iter(self.plan)
        found: list[Money] = []
        through = held("unearned", heir_of(self.bill.member_id or 0), f"ahead:{settling.ref(line)}")
        for number, coin in enumerate(self.coins):
            some = next(plan).get(line.id, 0) if coin.from_balance else 0
            if not some:
                continue
            entry = settling.entry(f"ahead/{number}", "pay_card", line)
            spent = self._spend(settling, coin, entry, [(line, some)], through)
            found.append(FromBalance(through, spent.income_fen, face_fen=some))
        return found

    def _spend(
        self,
        settling: Settling,
        coin: Coin,
        entry: Entry,
        shares: Sequence[tuple[Line, int]],
        into: Name | None = None,
    ) -> Spent:
        coin.left_fen -= sum(some for _line, some in shares)
        spendings = [self._spending(settling, coin, line, some) for line, some in shares]
        beside = [
            self._spending(settling, coin, line, some)
            for line, some in self._later(coin, {line.id for line, _some in shares})
        ]
        if self.bill.member_id is None:
            raise api.Refused(_("Only a member can pay from balance."))
        purse = opened_code(self.bill.member_id, coin.tender.purse or "") or coin.tender.purse
        if coin.payment is not None:
            coin.payment.purse = purse
        member_id = self.bill.member_id
        spent = pay_from_balance(
            entry, member_id, spendings, purse, into=into, beside=beside, tell=False
        )
        self._keep_spent(settling, coin, shares, spent, earned=into is None)
        return spent

    def _spending(self, settling: Settling, coin: Coin, line: Line, some: int) -> Spending:
        return Spending(
            self._ref(settling, coin, line),
            some,
            list_fen=line.list_fen,
            deal_fen=line.due_fen,
            staff_id=settling.performer_of(line),
            scope=scope_of(line),
        )

    def _later(self, coin: Coin, now: set[int]) -> list[tuple[Line, int]]:
        """Return what a payment from balance still has to pay after the lines of *now*."""
        number = self.coins.index(coin)
        self.done |= {(number, line_id) for line_id in now}
        wanted = self.plan[sum(one.from_balance for one in self.coins[:number])]
        return [
            (line, wanted[line.id])
            for line in self.lines
            if wanted.get(line.id) and (number, line.id) not in self.done
        ]

    def _keep_spent(
        self,
        settling: Settling,
        coin: Coin,
        shares: Sequence[tuple[Line, int]],
        spent: Spent,
        *,
        earned: bool,
    ) -> None:
        for line, _some in shares:
            ref = self._ref(settling, coin, line)
            for part in spent.parts:
                if part.line != ref:
                    continue
                row = self._part(line, coin, part.paid + part.gift, ref)
                row.lot_id, row.income_fen = part.lot_id, part.income_fen if earned else 0
                row.principal_fen, row.bonus_fen = part.paid, part.gift
                line.principal_fen += part.paid
                line.bonus_fen += part.gift
                line.income_fen += row.income_fen

    def pay_rest(
        self,
        settling: Settling,
        lines: Sequence[Line],
        dues: Mapping[int, tuple[int, int]],
        *,
        again: bool,
    ) -> None:
        """Pay what balance does not, and write down what stays owing.

        *again* pays what was owing before: its revenue is in the books already.
        """
        store_id = settling.bill.store_id
        revenue = salon("revenue", store_id)
        member_id = settling.bill.member_id
        against = held("owing", member_id) if again and member_id else revenue
        moves, payments, owing = [], [], 0
        for line in lines:
            rest = dues[line.id][0] - dues[line.id][1]
            for coin, some in self._draw(rest, line):
                ref = self._ref(settling, coin, line)
                moves.append(Move(coin.account, against, some))
                payments.append((ref, some))
                part = self._part(line, coin, some, ref)
                part.income_fen = 0 if again else some
                line.income_fen += part.income_fen
                rest -= some
            line.owing_fen = rest
            owing += rest
            line.income_fen += -dues[line.id][1] if again else rest
        if owing and not again and member_id:
            moves.append(Move(held("owing", member_id), revenue, owing))
        if again and member_id:
            moves += self._set_off(dues, revenue, against)
        if moves:
            post(settling.entry("money", "sale"), moves, payments=payments)

    def _set_off(
        self, dues: Mapping[int, tuple[int, int]], revenue: Name, owing: Name
    ) -> list[Move]:
        # What was owing and is paid from balance earns by its lot, not a second time.
        spent = sum(balance for _due, balance in dues.values())
        return [Move(revenue, owing, spent)] if spent else []

    def _draw(self, wanted: int, line: Line) -> list[tuple[Coin, int]]:
        found = []
        for coin in self._in_turn(line):
            fits = not coin.from_balance and coin.line_id in (None, line.id)
            if line.order_kind in SALES and coin.kind.payment_class != "cash_like":
                fits = False  # what was paid ahead for services sells nothing
            some = min(coin.left_fen, wanted) if fits else 0
            if some:
                coin.left_fen -= some
                wanted -= some
                found.append((coin, some))
        return found

    def _in_turn(self, line: Line) -> list[Coin]:
        """Return the coins in the order in which they pay a line: its own voucher first."""
        bank = self.bank_first and line.order_kind in SALES
        return sorted(
            self.coins,
            key=lambda coin: (coin.line_id is None, bank and not by_bank(coin.account)),
        )

    def _ref(self, settling: Settling, coin: Coin, line: Line) -> str:
        return f"{settling.ref(line)}/{self.coins.index(coin) + 1}"

    def _part(self, line: Line, coin: Coin, amount: int, ref: str) -> LinePart:
        part = LinePart(line_id=line.id, settlement_id=self.settlement_id, amount_fen=amount)
        part.payment_id, part.ref = coin.payment.id if coin.payment else None, ref
        part.income_fen = part.principal_fen = part.bonus_fen = part.sessions = 0
        api.db.session.add(part)
        return part


def _check(kind: PaymentKind, tender: Tender) -> None:
    if kind.needs_code and not (tender.voucher_code or "").strip():
        raise api.Refused(_("Enter the code of the %(kind)s voucher.", kind=kind.shown_name))
    given = tender.amount_fen if tender.given_fen is None else tender.given_fen
    if given < tender.amount_fen:
        raise api.Refused(_("Less was given than is to be paid."))
    if given > tender.amount_fen and kind.account != "cash":
        raise api.Refused(_("Change is given for cash only."))


def keep_payments(wallet: Wallet, settlement: Settlement) -> None:
    """Write down the payments of a settlement, in the running unit."""
    wallet.settlement_id = settlement.id
    for number, coin in enumerate(wallet.coins, 1):
        tender = coin.tender
        given = tender.amount_fen if tender.given_fen is None else tender.given_fen
        code = (tender.voucher_code or "").strip() or None
        coin.payment = Payment(
            bill_id=wallet.bill.id,
            settlement_id=settlement.id,
            kind_id=coin.kind.id,
            booked_on=settlement.booked_on,
            amount_fen=tender.amount_fen,
            given_fen=given,
            change_fen=given - tender.amount_fen,
            ref=f"bill:{wallet.bill.id}/{settlement.number}/p{number}",
            trade_no=tender.trade_no.strip()[:64],
            voucher_code=_free_code(coin.kind, code),
            purse=tender.purse,
            note=tender.note.strip()[:200],
            facts=dict(tender.facts),
        )
        api.db.session.add(coin.payment)
    try:
        api.db.session.flush()
    except sa.exc.IntegrityError as problem:
        if "voucher_code" in str(problem.orig):
            raise VoucherUsed from problem
        raise


def _free_code(kind: PaymentKind, code: str | None) -> str | None:
    if code is None:
        return None
    require_unused(kind, code)
    return voucher_key(kind, code)
