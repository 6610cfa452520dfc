"""Choosing how a bill is paid, before it is settled: what is left, what goes back, what fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from console import api
from console.api import _
from plugins.cashier.models import Arrival, Bill, Line, PaymentKind
from plugins.cashier.offers import Quote, Tender
from plugins.cashier.services.agreeing import scan_stands, takes_something
from plugins.cashier.services.arrivals import arrival_for
from plugins.cashier.services.asking import deposits_for, line_kinds
from plugins.cashier.services.cards_on_bill import bonus_barred, purses_on
from plugins.cashier.services.confirming import points_worth, wants_phone, worth_of
from plugins.cashier.services.paying import payment_kinds, seed_payment_kinds
from plugins.cashier.services.quoting import SALES, lines_of, preview
from plugins.cashier.services.vouchers import voucher_tender, vouchers_on
from plugins.membership.api import PurseState, has_pin, may_spend

#: Notes that guests hand over, in yuan; the next ones above a sum are offered.
NOTES = (10, 20, 50, 100, 200, 300, 500, 1000)


@dataclass(frozen=True)
class Choice:
    """One means of paying that was chosen; *given_fen* is what was handed over in cash."""

    kind: str
    amount_fen: int
    given_fen: int | None = None
    voucher: str = ""
    purse: str | None = None
    #: Whether a line of the bill asks for it: it is there as long as the line is.
    fixed: bool = False
    #: The number of the transfer, or what else is to be known of it.
    note: str = ""

    @property
    def change_fen(self) -> int:
        """What goes back."""
        return max(0, (self.given_fen or 0) - self.amount_fen)

    def tender(self) -> Tender:
        """Return it as the settlement takes it."""
        note = self.note.strip()
        numbered = len(note) >= 8 and note.isascii() and note.isalnum()
        return Tender(
            self.kind,
            self.amount_fen,
            self.given_fen,
            trade_no=note if numbered else "",
            voucher_code=self.voucher or None,
            purse=self.purse,
            note="" if numbered else note,
        )


@dataclass(frozen=True)
class Plan:
    """How a bill is to be paid as things stand: the choices, and what follows from them."""

    quote: Quote | None
    due_fen: int
    choices: tuple[Choice, ...] = ()
    #: Whether something is taken from the member, so that she has to agree.
    takes: bool = False
    #: Whether her code was scanned for the bill on this visit.
    scanned: bool = False
    #: The scan at her arrival by which she agrees instead.
    arrival: Arrival | None = None
    has_pin: bool = False
    #: What of it is sold and cannot be owed, such as top-ups.
    sales_fen: int = 0
    #: Whether the store wants her to confirm that on her phone.
    confirms: bool = False
    #: Bonus of hers that does not pay for something on the bill, by what it is.
    barred: Mapping[str, int] = field(default_factory=dict)
    #: How much may come from each stored-value card, by code.
    purses: tuple[tuple[PurseState, int], ...] = ()

    @property
    def paid_fen(self) -> int:
        """What the choices pay."""
        return sum(choice.amount_fen for choice in self.choices)

    @property
    def left_fen(self) -> int:
        """What nothing pays yet."""
        return self.due_fen - self.paid_fen

    @property
    def change_fen(self) -> int:
        """What goes back in cash."""
        return sum(choice.change_fen for choice in self.choices)

    @property
    def balance_fen(self) -> int:
        """What comes from balance."""
        return sum(choice.amount_fen for choice in self.choices if choice.kind == "balance")

    @property
    def may_owe(self) -> bool:
        """Tell whether what is left may stay owing: money pays at least for what is sold."""
        return self.left_fen > 0 and self.paid_fen - self.balance_fen >= self.sales_fen

    def notes(self) -> list[int]:
        """Return what a guest might hand over for the sum in cash: exactly that, or notes."""
        cash = next((c.amount_fen for c in self.choices if c.kind == "cash"), 0)
        if not cash:
            return []
        steps = {-(-cash // (note * 100)) * note * 100 for note in (10, 50, 100)}
        more = {note * 100 for note in NOTES if note * 100 > cash}
        return [cash, *sorted((steps | set(sorted(more)[:2])) - {cash})[:4]]


def plan(bill: Bill, choices: Sequence[Choice] | None = None) -> Plan:
    """Return how a bill is paid by some choices, or by those that suggest themselves.

    The sums are mended to what is due now: of several payments the last ones give way.
    """
    lines = lines_of(bill.id)
    again = bill.state == "part_paid"
    purses = purses_on(bill, lines) if bill.member_id and may_spend(bill.member_id) else []
    if choices is None:
        choices = _usual(bill, lines, purses)
    if not again:
        choices = _with_vouchers(lines, choices)
    ahead = _deposits(bill, lines)
    named = {each.kind for each in ahead}
    choices = [*ahead, *(each for each in choices if each.kind not in named)]
    choices = sorted(choices, key=lambda each: each.kind != "balance")
    wanted = [
        (each.purse, min(each.amount_fen, _held(purses, each.purse)))
        for each in choices
        if each.kind == "balance"
    ]
    if again:
        quote, due = None, bill.owing_fen
        limits = _share(wanted, sum(_owing(line) for line in lines))
    else:
        quote = preview(bill.id, purses=wanted)
        due, limits = quote.due_fen, _paid_by(quote, len(wanted))
        if ahead and any(limits):
            served = [quote.line(line.id) for line in lines if _is_served(line)]
            over = sum(line.balance_fen - line.due_fen for line in served)
            wanted = _cut(wanted, over + sum(each.amount_fen for each in ahead))
            quote = preview(bill.id, purses=wanted)
            due, limits = quote.due_fen, _paid_by(quote, len(wanted))
    kept = _mend(choices, due, limits)
    shown = tuple((purse, fen) for purse, fen in purses if fen)
    return _planned(bill, [] if again else lines, quote, Plan(quote, due, kept, purses=shown))


def _planned(bill: Bill, lines: Sequence[Line], quote: Quote | None, made: Plan) -> Plan:
    """Add what follows from a plan: what is taken from her, and how she has to agree to it."""
    takes = takes_something(lines, made.balance_fen) or bool(quote and quote.points)
    value = worth_of(lines, made.balance_fen, points_worth(quote))
    scanned = takes and scan_stands(bill)
    arrival = arrival_for(bill) if takes and not scanned else None
    return replace(
        made,
        takes=takes,
        scanned=scanned or arrival is not None,
        arrival=arrival,
        has_pin=bool(takes and bill.member_id and has_pin(bill.member_id)),
        sales_fen=_sold(lines),
        confirms=takes and wants_phone(bill.store_id, value),
        barred=bonus_barred(bill.member_id, lines),
    )


def _with_vouchers(lines: Sequence[Line], choices: Sequence[Choice]) -> list[Choice]:
    """Return choices with the vouchers that pay lines of the bill, each once."""
    tenders = [voucher_tender(line) for line in vouchers_on(lines)]
    fixed = [
        Choice(each.kind, each.amount_fen, voucher=each.voucher_code or "", fixed=True)
        for each in tenders
    ]
    marks = {(each.kind, each.voucher) for each in fixed}
    return [*fixed, *(each for each in choices if (each.kind, each.voucher) not in marks)]


def _cut(wanted: Sequence[tuple[str | None, int]], fen: int) -> list[tuple[str | None, int]]:
    """Take an amount off what cards pay, the last one first: something else pays it already."""
    found = []
    for purse, some in reversed(wanted):
        less = max(0, min(some, fen))
        fen -= less
        found.append((purse, some - less))
    return found[::-1]


def _deposits(bill: Bill, lines: Sequence[Line]) -> list[Choice]:
    """Return what was paid ahead for the bill: it is set off first, against what was served."""
    ahead = deposits_for(bill.id)
    again = bill.state == "part_paid"
    left = sum(_owing(line) if again else line.due_fen for line in lines if _is_served(line))
    found = []
    for one in ahead:
        some = min(one.amount_fen, left)
        left -= some
        if some:
            found.append(Choice(one.kind, some, fixed=True))
    return found


def _is_served(line: Line) -> bool:
    return line.order_kind not in SALES and not line_kinds()[line.kind].prepaid


def _sold(lines: Sequence[Line]) -> int:
    """Return the price of what is sold on a bill and must be paid in full."""
    kinds = line_kinds()
    whole = (line for line in lines if line.order_kind in SALES and kinds[line.kind].pay is None)
    return sum(line.list_fen for line in whole)


def _paid_by(quote: Quote, count: int) -> list[int]:
    """Return what each of the stored-value cards pays of a quote."""
    return [sum(line.from_purses[place] for line in quote.lines) for place in range(count)]


def _share(wanted: Sequence[tuple[str | None, int]], left: int) -> list[int]:
    found = []
    for _purse, fen in wanted:
        found.append(min(fen, left))
        left -= found[-1]
    return found


def _owing(line: Line) -> int:
    return 0 if line.order_kind in SALES else line.owing_fen


def _held(purses: Sequence[tuple[PurseState, int]], code: str | None) -> int:
    return next((fen for purse, fen in purses if purse.code == (code or "")), 0)


def _usual(
    bill: Bill, lines: Sequence[Line], purses: Sequence[tuple[PurseState, int]]
) -> list[Choice]:
    """Suggest the balance where it pays for all that may be paid by it."""
    if bill.state != "open" or not purses:
        return []
    held = _held(purses, None)
    quote = preview(bill.id, held)
    kinds = line_kinds()
    # Cards are sold for money, until somebody says that the balance pays for them.
    sold = (one for one in lines if one.order_kind in SALES or kinds[one.kind].prepaid)
    sales = [quote.line(line.id) for line in sold]
    paid = quote.balance_fen - sum(line.balance_fen for line in sales)
    enough = paid and paid == quote.due_fen - sum(line.due_fen for line in sales)
    return [Choice("balance", paid)] if enough else []


def _mend(choices: Sequence[Choice], due: int, limits: Sequence[int]) -> tuple[Choice, ...]:
    """Cut choices to what is due; *limits* say what each of the cards, which come first, pays."""
    left, kept = due, []
    for place, choice in enumerate(choices):
        amount = min(choice.amount_fen, left)
        if choice.kind == "balance":
            amount = min(amount, limits[place])
        if amount <= 0:
            continue
        given = choice.given_fen
        if given is not None and given < amount:
            given = None
        kept.append(replace(choice, amount_fen=amount, given_fen=given))
        left -= amount
    return tuple(kept)


def choose(
    bill: Bill,
    choices: Sequence[Choice],
    kind: str,
    *,
    amount_fen: int | None = None,
    voucher: str = "",
    purse: str | None = None,
) -> Plan:
    """Add a means of paying for *amount_fen*, or for what is left.

    Where nothing is left the new one takes the place of the last ones: of money beside a
    balance, else of all.
    """
    known = {each.code for each in all_kinds()}
    if kind not in known:
        raise api.NotFound(_("There is no such kind of payment."))
    now = plan(bill, choices)
    kept = [each for each in now.choices if (each.kind, each.purse) != (kind, purse) or voucher]
    if now.left_fen <= 0 and len(kept) == len(now.choices):
        money = kind != "balance" and any(each.kind != "balance" for each in kept)
        kept = [each for each in kept if money and each.kind == "balance"]
    left = plan(bill, kept).due_fen - sum(each.amount_fen for each in kept)
    if kind == "balance":
        wanted = amount_fen if amount_fen is not None else left
        # The balance may lower what is due; what was chosen to be paid in money gives way.
        return plan(bill, [Choice(kind, wanted, purse=purse), *kept])
    some = left if amount_fen is None else min(amount_fen, left)
    return plan(bill, [*kept, Choice(kind, some, voucher=voucher, purse=purse)])


def give(bill: Bill, choices: Sequence[Choice], given_fen: int) -> Plan:
    """Say what the guest handed over in cash; less than its sum pays a part of it."""
    found = []
    for choice in choices:
        if choice.kind == "cash" and given_fen < choice.amount_fen:
            choice = replace(choice, amount_fen=given_fen, given_fen=None)
        elif choice.kind == "cash":
            choice = replace(choice, given_fen=given_fen)
        found.append(choice)
    return plan(bill, found)


def all_kinds() -> list[PaymentKind]:
    """Return the kinds of payment in use; a new salon gets the usual ones."""
    if not payment_kinds():
        seed_payment_kinds()
    return payment_kinds()


def money_kinds() -> list[PaymentKind]:
    """Return the kinds of payment that staff book at the till, but for the balance."""
    return [kind for kind in all_kinds() if kind.method == "booked" and not kind.online]
