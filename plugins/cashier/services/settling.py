"""Settling a bill: one unit, one settlement, every fen of it in the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.hookspecs import (
    cashier_bill_settled,
    cashier_bill_settling,
    cashier_check_bill,
)
from plugins.cashier.models import (
    BY_HAND,
    Arrival,
    Bill,
    Discount,
    Line,
    LinePart,
    Order,
    Settlement,
)
from plugins.cashier.offers import Quote, Settling, Taken, Tender
from plugins.cashier.permissions import ALLOW_OWING
from plugins.cashier.services import performers
from plugins.cashier.services.agreeing import Agreed, Proof, check_agreement, takes_something
from plugins.cashier.services.arrivals import arrival_clock, note_of, settle_arrival
from plugins.cashier.services.asking import line_kind
from plugins.cashier.services.billing import lock_bill, require_state
from plugins.cashier.services.cards_on_bill import bonus_barred
from plugins.cashier.services.confirming import taking_of
from plugins.cashier.services.days import book_day, paid_day
from plugins.cashier.services.points import move_points
from plugins.cashier.services.prepaid import PREPAID, check_transfer, reaches_transfer
from plugins.cashier.services.purse import Wallet, keep_payments
from plugins.cashier.services.quoting import (
    SALES,
    draft_of,
    from_purses,
    lines_of,
    quote_for,
    write_sums,
)
from plugins.cashier.services.receipts import (
    balances_of,
    count_growth,
    kept_unused,
    tell_member,
    write_receipt,
)
from plugins.cashier.services.vouchers import bind_vouchers
from plugins.ledger.api import Tender as Money
from plugins.ledger.api import standings
from plugins.membership.api import require_active, say_bars

OWING_MOST = api.Setting(
    "cashier.owing_most", _("Most that a member may owe, in fen"), 100_000, least=0
)


@api.unit
def settle(
    bill_id: int,
    tenders: Sequence[Tender],
    *,
    key: str,
    agreed_by: str | None = None,
    proof: Proof = "",
    due_fen: int | None = None,
    terms: str = "",
) -> Settlement:
    """Settle a bill, wholly or in part, and return the settlement.

    The same *key* with the same tenders returns the settlement of that time; what was settled
    under another key is refused (409), as is a bill that no longer costs *due_fen* or stands
    by other *terms* (of the quote that was shown). Something
    taken from a member needs her agreement, and its *proof* (a member code, a proven phone).
    What the tenders leave open is owing.
    """
    bill = lock_bill(bill_id)
    asked = _hash(tenders)
    known = api.db.session.scalar(_KNOWN, {"key": key})
    if known is not None:
        if known.bill_id != bill_id or known.request_hash != asked:
            raise api.Conflict(
                _("This form was sent before with other contents. Load the page again.")
            )
        return known
    require_state(bill, "open", "part_paid")
    objections = api.answers(cashier_check_bill, bill_id=bill_id)
    if objections:
        raise api.Refused(objections[0])
    if bill.member_id is not None and bill.state == "open":
        require_active(bill.member_id)  # what she owes may be paid with money all the same
    return _settle(bill, tenders, key, asked, agreed_by, proof, due_fen, terms)


_KNOWN = sa.select(Settlement).where(Settlement.key == sa.bindparam("key"))


def _hash(tenders: Sequence[Tender]) -> str:
    told = json.dumps([asdict(tender) for tender in tenders], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def _settle(
    bill: Bill,
    tenders: Sequence[Tender],
    key: str,
    asked: str,
    agreed_by: str | None,
    proof: Proof,
    due_fen: int | None,
    terms: str,
) -> Settlement:
    lines = lines_of(bill.id)
    if not lines:
        raise api.Refused(_("There is nothing on this bill."))
    again = bill.state == "part_paid"
    wallet = Wallet.of(bill, tenders)
    bind_vouchers([] if again else lines, wallet.coins)
    version = bill.version
    dues, found = _reckon(bill, lines, wallet, terms, again=again)
    used = found.points if found else 0
    _check_due(sum(due for due, _balance in dues.values()), due_fen)
    due = sum(due for due, _balance in dues.values())
    if wallet.total_fen > due:
        raise api.Refused(_("More was given than is due. Say what goes back as change."))
    agreed: Agreed | None = None
    if used or takes_something([] if again else lines, wallet.balance_fen):
        whole = {number: each[0] for number, each in dues.items()}
        taking = taking_of(bill, lines, tenders, found, whole, version)
        agreed = check_agreement(bill, agreed_by, proof, taking)
        agreed_by = agreed.way
    else:
        agreed_by = "code" if bill.agreed_by == "code" else None
    settlement = _begin(bill, key, asked, agreed_by, wallet.total_fen, due - wallet.total_fen)
    served = _bind(agreed, bill, settlement, lines)
    before = balances_of(bill.member_id)
    _check_owing(bill, settlement.owing_fen, due if again else 0)
    keep_payments(wallet, settlement)
    api.fail_point("before_settling")
    settling = settling_of(bill, settlement, note_of(served))
    _pay_lines(wallet, settling, lines, dues, again=again)
    _finish(bill, settlement, lines, again=again)
    move_points(settling, settlement, lines, used)
    after = write_receipt(bill, settlement, lines, before, arrived=arrival_clock(served))
    count_growth(bill, settlement, lines)
    api.answers(cashier_bill_settling, bill_id=bill.id)
    tell_member(bill, settlement, before, after, used)
    api.emit(cashier_bill_settled, bill_id=bill.id)
    api.fail_point("after_settling")
    return settlement


def _bind(
    agreed: Agreed | None, bill: Bill, settlement: Settlement, lines: Sequence[Line]
) -> Arrival | None:
    """Say on what a settlement rests, and end her visit; return the scan at arrival, if any."""
    if agreed is not None and agreed.confirmed is not None:
        agreed.confirmed.settlement_id = settlement.id
    served = agreed.arrival if agreed is not None else None
    settle_arrival(bill, settlement, lines, served)
    return served


def _reckon(
    bill: Bill, lines: Sequence[Line], wallet: Wallet, terms: str, *, again: bool
) -> tuple[dict[int, tuple[int, int]], Quote | None]:
    """Return what is due and paid from balance by line; and why, unless it is paid *again*."""
    if again:
        return _owed(bill, lines, wallet), None
    return _quoted(bill, lines, wallet, terms)


def _quoted(
    bill: Bill, lines: Sequence[Line], wallet: Wallet, terms: str
) -> tuple[dict[int, tuple[int, int]], Quote]:
    """Freeze what a bill costs; return what is due and paid from balance by line, and why."""
    found = quote_for(bill, wallet.purses, terms, lines)
    if found.balance_fen != wallet.balance_fen:
        if barred := bonus_barred(bill.member_id, lines):
            what = say_bars(barred)
            raise api.Refused(
                _("Bonus does not pay for %(what)s. Less of the balance may be used.", what=what)
            )
        raise api.Refused(_("More would be taken from the balance than may be paid by it."))
    _freeze(bill, lines, found)
    bill.receipt = {**bill.receipt, "unused": kept_unused(found)}
    wallet.lines = lines
    wallet.plan = [
        {line.line_id: line.from_purses[at] for line in found.lines}
        for at in range(len(wallet.purses))
    ]
    dues = {
        line.id: (found.line(line.id).due_fen, found.line(line.id).balance_fen) for line in lines
    }
    return dues, found


def _check_due(due: int, expected: int | None) -> None:
    if expected is not None and due != expected:
        raise api.Conflict(
            _("The bill comes to %(due)s now. Look at it again.", due=api.format_fen(due))
        )


def _freeze(bill: Bill, lines: Sequence[Line], found: Quote) -> None:
    """Write what each line costs, and why, for ever."""
    write_sums(bill, found, lines)
    if not any(priced.steps for priced in found.lines):
        return
    numbers = [line.id for line in lines]
    by_hand = sa.select(Discount).where(Discount.line_id.in_(numbers), Discount.step.in_(BY_HAND))
    told = {(each.line_id, each.step): each for each in api.db.session.scalars(by_hand)}
    for each in told.values():
        # What finds nothing left to take off stands at nothing, and as it was if it is reopened.
        each.facts, each.amount_fen = {**each.facts, "asked_fen": each.amount_fen}, 0
    for priced in found.lines:
        for step in priced.steps:
            known = told.get((priced.line_id, step.step))
            if known is not None:
                known.amount_fen = step.amount_fen
                continue
            row = Discount(line_id=priced.line_id, step=step.step, amount_fen=step.amount_fen)
            row.reason, row.facts = dict(step.reason), {**step.facts, "key": step.key}
            row.by_user, row.at = step.by_user, api.now()
            api.db.session.add(row)


def _owed(bill: Bill, lines: Sequence[Line], wallet: Wallet) -> dict[int, tuple[int, int]]:
    """Return what is owing on each line, and what of it is paid from balance now."""
    left = {line.id: 0 if line.order_kind in SALES else line.owing_fen for line in lines}
    for card in from_purses(draft_of(bill), wallet.purses):
        taken = dict.fromkeys(left, 0)
        for number in left if card.accepts is None else [n for n in left if n in card.accepts]:
            taken[number] = min(card.room(number, taken), left[number])
            left[number] -= taken[number]
        if sum(taken.values()) < card.amount_fen:
            raise api.Refused(_("More would be taken from the balance than may be paid by it."))
        wallet.plan.append(taken)
    return {
        line.id: (line.owing_fen, sum(taken[line.id] for taken in wallet.plan)) for line in lines
    }


def _begin(
    bill: Bill, key: str, asked: str, agreed_by: str | None, paid_fen: int, owing_fen: int
) -> Settlement:
    last = sa.select(sa.func.max(Settlement.number)).where(Settlement.bill_id == bill.id)
    who = api.actor()
    settlement = Settlement(
        bill_id=bill.id,
        number=(api.db.session.scalar(last) or 0) + 1,
        key=key,
        request_hash=asked,
        booked_on=book_day(bill),
        settled_at=api.now(),
        settled_by=who.user_id,
        agreed_by=agreed_by,
        device=f"till:{who.till_id}" if who.till_id else bill.device,
        paid_fen=paid_fen,
        owing_fen=owing_fen,
        list_fen=0 if bill.state == "part_paid" else bill.list_fen,
    )
    api.db.session.add(settlement)
    api.db.session.flush()
    return settlement


def _check_owing(bill: Bill, owing_fen: int, owed_fen: int) -> None:
    if not owing_fen or owing_fen == owed_fen:
        return
    if bill.member_id is None:
        raise api.Refused(
            _("%(owing)s is missing; a walk-in cannot owe.", owing=api.format_fen(owing_fen))
        )
    if owed_fen:
        return
    if not ALLOW_OWING.held(bill.store_id):
        raise api.Refused(_("%(owing)s is missing.", owing=api.format_fen(owing_fen)))
    api.lock("cashier.owing", bill.member_id)  # of two bills at once the second sees the first
    owes = -standings([bill.member_id], ["owing"])[bill.member_id]["owing"]
    if owes + owing_fen > OWING_MOST.get():
        most = api.format_fen(OWING_MOST.get())
        raise api.Refused(_("A member may owe %(most)s at most.", most=most))


def settling_of(bill: Bill, settlement: Settlement, note: str = "") -> Settling:
    """Return a settlement as line kinds take part in it; its journals carry the *note*."""
    return Settling(
        bill,
        settlement.number,
        settlement.booked_on,
        settlement.agreed_by,
        performers.first_of,
        paid_day(bill),
        note,
    )


def _pay_lines(
    wallet: Wallet,
    settling: Settling,
    lines: Sequence[Line],
    dues: dict[int, tuple[int, int]],
    *,
    again: bool,
) -> None:
    """Top-ups, then what balance pays, cards, sessions, and money; the rest is owing.

    Cards that nothing of her balance pays come with the top-ups.
    """
    others = [line for line in lines if line.order_kind not in SALES]
    wanted = sum(dues[line.id][0] - dues[line.id][1] for line in others)
    ahead = {line.id: dues[line.id][1] for line in lines if line.order_kind in SALES}
    wallet.bank_first = reaches_transfer(settling.bill, lines, ahead)
    money: list[Money] = []
    for line in (one for one in _sales(lines) if not ahead[one.id]):
        paid = _pay_sale(wallet, settling, line, dues[line.id], wanted, again=again)
        money += paid if line.order_kind in PREPAID else ()
    wallet.spend_balance(settling, others)
    for line in (one for one in _sales(lines) if ahead[one.id]):
        money += _pay_sale(wallet, settling, line, dues[line.id], wanted, again=again)
    check_transfer(settling.bill, lines, money, ahead, again=again)
    for line in others if not again else ():
        kind = line_kind(line.kind)
        if kind.settle is not None:
            _keep(wallet, line, kind.settle(settling, line, ()))
    wallet.pay_rest(settling, others, dues, again=again)


def _sales(lines: Sequence[Line]) -> list[Line]:
    """Return what is sold, those lines last that may be paid in part."""
    sales = [line for line in lines if line.order_kind in SALES]
    return sorted(sales, key=lambda line: line_kind(line.kind).pay is not None)


def _pay_sale(
    wallet: Wallet,
    settling: Settling,
    line: Line,
    due: tuple[int, int],
    wanted_fen: int,
    *,
    again: bool,
) -> list[Money]:
    """Pay for what is sold, and return the money that did; *due* is all, and from balance.

    One that may owe gets what is left when the rest has *wanted_fen*.
    """
    kind = line_kind(line.kind)
    act = kind.pay if again else kind.settle
    if act is None:
        return []
    due_fen, from_balance = due[0] - due[1], due[1]
    ahead = wallet.buy(settling, line) if from_balance else []
    some = min(due_fen, max(wallet.money_fen - wanted_fen, 0)) if kind.pay else due_fen
    money = wallet.take(settling, line, some)
    line.owing_fen = due_fen - some
    if money or not again:
        _keep(wallet, line, act(settling, line, [*ahead, *money]))
    return money


def _keep(wallet: Wallet, line: Line, taken: Sequence[Taken]) -> None:
    for one in taken:
        part = LinePart(line_id=line.id, settlement_id=wallet.settlement_id, **asdict(one))
        api.db.session.add(part)
        line.principal_fen += one.principal_fen
        line.bonus_fen += one.bonus_fen
        line.income_fen += one.income_fen


def _finish(bill: Bill, settlement: Settlement, lines: Sequence[Line], *, again: bool) -> None:
    for line in lines:
        line.state = "settled"
    bill.state = "part_paid" if settlement.owing_fen else "settled"
    bill.settled_by, bill.settled_at = settlement.settled_by, settlement.settled_at
    bill.agreed_by, bill.device = settlement.agreed_by or bill.agreed_by, settlement.device
    bill.paid_fen += settlement.paid_fen
    bill.owing_fen = settlement.owing_fen
    if not again:
        bill.booked_on = settlement.booked_on
    orders = sa.update(Order).where(Order.bill_id == bill.id)
    api.db.session.execute(orders.values(state=bill.state, booked_on=bill.booked_on))
    note = f"{bill.number} · {api.format_fen(settlement.paid_fen)}"
    title = _("Settled a bill")
    api.record_audit("cashier.settled", bill, note=note, store_id=bill.store_id, title=title)
    api.db.session.flush()
