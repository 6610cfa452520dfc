"""The till: one screen on which a bill is made, paid and printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request

from console import api
from console.api import _
from plugins.cashier.admin import till_screen
from plugins.cashier.admin.forms import fen_of, number_of, reach, read_choices, text_of
from plugins.cashier.admin.shares import SharePages
from plugins.cashier.admin.till_acts import (
    Found,
    add_line,
    change,
    line_of,
    look_at,
    put_on,
    settle_bill,
)
from plugins.cashier.admin.till_confirm import ConfirmPages
from plugins.cashier.admin.till_prices import PricePages
from plugins.cashier.admin.till_slips import SlipPages, print_after
from plugins.cashier.models import Bill
from plugins.cashier.offers import Tender
from plugins.cashier.permissions import (
    CHANGE_PRICES,
    GIVE_FREE,
    OPEN_BILLS,
    REOPEN_BILLS,
    SETTLE_BILLS,
    VOID_BILLS,
)
from plugins.cashier.services import billing, byhand
from plugins.cashier.services.choosing import take_proposal
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.printing import AT_ONCE
from plugins.cashier.services.tendering import Choice, Plan, choose, give, plan
from plugins.cashier.services.unpaying import undo_payment
from plugins.cashier.services.voiding import undo_settlement, void_bill

HOME = "/console/cashier/till/"
#: What the till's script sends, to get the parts of the screen that change.
BY_SCRIPT = "X-Till"


class Till(SharePages, SlipPages, PricePages, ConfirmPages, api.AdminView):
    """The screen of the till; each act is a form, and answers with the screen as it then is."""

    title, noun = _("Till"), "till"
    icon, group, order = "cash-register", "till", 10
    key = "F2"

    @api.page("/", needs=OPEN_BILLS)
    def index(self) -> Any:
        store = till_screen.store_here()
        return self._show(None, store) if store else till_screen.ask_store(self)

    @api.page("/find", needs=OPEN_BILLS)
    def find(self) -> Any:
        """Answer what is being typed into the field: members and services."""
        store = till_screen.store_here()
        if store is None:
            raise api.NotFound(_("There is no such store."))
        found = look_at(request.args.get("q", ""), store.id)
        return till_screen.draw_found(found)

    @api.page("/open", needs=OPEN_BILLS, methods=("POST",))
    def open(self) -> Any:
        """Open a bill with what was tapped or scanned first."""
        store = till_screen.store_named(number_of("store_id"))
        try:
            found = look_at(text_of("text"), store.id, decide=True)
            if found.undecided:
                return self._show(None, store, found=found)
            number = put_on(store.id, text_of("key") or new_key(), found)
        except api.Refused as refused:
            return self._show(None, store, problem=refused)
        return self._after(number, found)

    @api.page("/<int:number>", needs=OPEN_BILLS)
    def show(self, number: int) -> Any:
        bill = reach(number, OPEN_BILLS)
        return self._show(bill, till_screen.store_of(bill))

    @api.page("/<int:number>/lines", needs=OPEN_BILLS, methods=("POST",))
    def add(self, number: int) -> Any:
        """Put on a bill what was tapped, scanned or typed."""
        bill = reach(number, OPEN_BILLS)
        try:
            found = look_at(text_of("text"), bill.store_id, decide=True, bill=bill)
        except api.Refused as refused:
            return self._refuse(number, refused)
        if found.undecided:
            return self._show(bill, till_screen.store_of(bill), found=found)
        if found.code.kind in ("payment_code", "pin"):
            return self._after(number, found)
        return self._try(number, OPEN_BILLS, lambda bill: add_line(bill, found))

    @api.page("/<int:number>/change", needs=OPEN_BILLS, methods=("POST",))
    def change(self, number: int) -> Any:
        return self._try(number, OPEN_BILLS, change)

    @api.page("/<int:number>/price", needs=CHANGE_PRICES, methods=("POST",))
    def price(self, number: int) -> Any:
        def lower(bill: Bill) -> None:
            price_fen = fen_of("price")
            if price_fen is None:
                raise api.Refused(_("Enter the price."))
            byhand.change_price(line_of(bill), price_fen, text_of("reason"))

        return self._try(number, CHANGE_PRICES, lower)

    @api.page("/<int:number>/free", needs=GIVE_FREE, methods=("POST",))
    def free(self, number: int) -> Any:
        def give_free(bill: Bill) -> None:
            byhand.give_free(line_of(bill), text_of("reason"))

        return self._try(number, GIVE_FREE, give_free)

    @api.page("/<int:number>/tender", needs=SETTLE_BILLS, methods=("POST",))
    def tender(self, number: int) -> Any:
        """Choose how the bill is paid; nothing is booked yet."""
        bill = reach(number, SETTLE_BILLS)
        try:
            chosen = _choose(bill)
        except api.Refused as refused:
            return self._refuse(number, refused)
        return self._show(bill, till_screen.store_of(bill), chosen=chosen)

    @api.page("/<int:number>/proposal", needs=SETTLE_BILLS, methods=("POST",))
    def proposal(self, number: int) -> Any:
        """Do what the cheapest way to pay says; what she pays in money is chosen next."""
        reach(number, SETTLE_BILLS)
        tenders: list[Tender] = []

        def take(_bill: Bill) -> None:
            tenders[:] = take_proposal(number, text_of("sign"))

        try:
            _act(number, number_of("version"), take)
        except api.Refused as refused:
            return self._refuse(number, refused)
        return self.pay_so(number, tenders)

    @api.page("/<int:number>/sms", needs=SETTLE_BILLS, methods=("POST",))
    def sms(self, number: int) -> Any:
        """Send the member a code with which she agrees."""
        bill = reach(number, SETTLE_BILLS)
        try:
            till_screen.send_sms_code(bill)
        except api.Refused as refused:
            return self._refuse(number, refused)
        store = till_screen.store_of(bill)
        return self._show(bill, store, chosen=plan(bill, read_choices()), agreeing="sms_code")

    @api.page("/<int:number>/settle", needs=SETTLE_BILLS, methods=("POST",))
    def settle(self, number: int) -> Any:
        reach(number, SETTLE_BILLS)
        try:
            settle_bill(number)
        except api.Refused as refused:
            if refused.status == 404:
                raise
            return self._refuse(number, refused)
        return self._done(number)

    @api.page("/<int:number>/void", needs=VOID_BILLS, methods=("POST",))
    def void(self, number: int) -> Any:
        return self._try(
            number,
            VOID_BILLS,
            lambda _bill: void_bill(number, text_of("reason")),
            api.gettext("The bill is void."),
        )

    @api.page("/<int:number>/reopen", needs=REOPEN_BILLS, methods=("POST",))
    def reopen(self, number: int) -> Any:
        return self._try(
            number,
            REOPEN_BILLS,
            lambda _bill: undo_settlement(number, text_of("reason")),
            api.gettext("The bill is open again."),
        )

    @api.page("/<int:number>/unpay", needs=REOPEN_BILLS, methods=("POST",))
    def unpay(self, number: int) -> Any:
        """Take the last payment of a debt back; the form names its settlement."""
        reach(number, REOPEN_BILLS)
        try:
            undo_payment(number, number_of("settlement") or 0, text_of("reason"))
        except api.Refused as refused:
            return self._refuse(number, refused)
        return self._answer(number, api.gettext("The payment is taken back."))

    def _try(
        self,
        number: int,
        needs: api.Permission,
        act: Callable[[Bill], object],
        done: str = "",
    ) -> Any:
        reach(number, needs)
        try:
            _act(number, number_of("version"), act)
        except api.Refused as refused:
            if refused.status == 404:
                raise
            return self._refuse(number, refused)
        return self._answer(number, done)

    def pay_so(self, number: int, tenders: Sequence[Tender]) -> Any:
        """Show a bill with what pays it."""
        bill = reach(number, OPEN_BILLS)
        chosen = [Choice(each.kind, each.amount_fen, purse=each.purse) for each in tenders]
        return self._show(bill, till_screen.store_of(bill), chosen=plan(bill, chosen))

    def _after(self, number: int, found: Found) -> Any:
        """Show a bill after a scan: a payment code chooses how it is paid, a PIN agrees."""
        bill = reach(number, OPEN_BILLS)
        if found.code.kind == "payment_code":
            chosen = choose(bill, read_choices(), found.code.payment_kind)
            return self._show(bill, till_screen.store_of(bill), chosen=chosen)
        if found.code.kind == "pin":
            chosen = plan(bill, read_choices() or None)
            store = till_screen.store_of(bill)
            return self._show(bill, store, chosen=chosen, agreeing="pin", pin=found.code.text)
        return self._answer(number)

    def _answer(self, number: int, done: str = "") -> Any:
        if not request.headers.get(BY_SCRIPT):
            if done:
                flash(done, "success")
            return redirect(f"{HOME}{number}")
        bill = reach(number, OPEN_BILLS)
        return self._show(bill, till_screen.store_of(bill))

    def _done(self, number: int) -> Any:
        """Show a bill that was settled now, and print its receipt where the store wants it."""
        bill = reach(number, OPEN_BILLS)
        trouble = print_after(bill)
        if not request.headers.get(BY_SCRIPT):
            if trouble is not None:
                flash(str(trouble), "error")
            return redirect(f"{HOME}{number}")
        bill = reach(number, OPEN_BILLS)
        store = till_screen.store_of(bill)
        return self._show(bill, store, trouble=trouble, print_now=AT_ONCE.get(store.id))

    def _refuse(self, number: int, refused: api.Refused) -> Any:
        bill = reach(number, OPEN_BILLS)
        payable = bill.state in ("open", "part_paid") and "due_fen" in request.form
        return self._show(
            bill,
            till_screen.store_of(bill),
            problem=refused,
            chosen=plan(bill, read_choices()) if payable else None,
            agreeing=text_of("agreed_by"),
        )

    def _show(
        self,
        bill: Bill | None,
        store: api.Store,
        *,
        problem: api.Refused | None = None,
        found: Found | None = None,
        chosen: Plan | None = None,
        agreeing: str = "",
        pin: str = "",
        trouble: api.Refused | None = None,
        print_now: bool = False,
    ) -> Any:
        by_script = bool(request.headers.get(BY_SCRIPT))
        told = till_screen.tell(bill, store, chosen)
        html = till_screen.draw(
            self,
            "cashier/till/_parts.html" if by_script else "cashier/till/till.html",
            **told,
            problem=problem or trouble,
            print_now=print_now,
            found=found,
            agreeing=agreeing,
            pin=pin,
        )
        headers = {"X-Till-Url": f"{HOME}{bill.id}" if bill else HOME}
        return html, (problem.status if problem else 200), headers


@api.unit
def _act(number: int, version: int | None, act: Callable[[Bill], object]) -> None:
    """Act on a bill as the screen showed it; a tap that was sent twice counts once."""
    bill = billing.lock_bill(number)
    if version is not None and version != bill.version:
        raise api.Conflict(_("The bill has changed meanwhile. This is how it stands now."))
    act(bill)


def _choose(bill: Bill) -> Plan:
    choices: Sequence[Choice] = read_choices()
    drop, kind = number_of("drop"), text_of("choose")
    if drop is not None:
        kept = [each for place, each in enumerate(choices) if place != drop]
        return plan(bill, kept)
    given = fen_of("given")
    if given is not None and not kind:
        return give(bill, choices, given)
    if not kind:
        raise api.Refused(_("Choose how it is paid."))
    code, _colon, purse = kind.partition(":")
    amount = fen_of("amount")
    voucher = text_of("voucher")
    return choose(
        bill, choices, code, amount_fen=amount or None, voucher=voucher, purse=purse or None
    )
