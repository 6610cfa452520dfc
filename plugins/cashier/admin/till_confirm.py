"""The till while a member confirms on her phone: asking, waiting, withdrawing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import request

from console import api
from plugins.cashier.admin import till_screen
from plugins.cashier.admin.forms import number_of, reach, read_choices, text_of
from plugins.cashier.models import Bill
from plugins.cashier.permissions import OPEN_BILLS
from plugins.cashier.services import billing
from plugins.cashier.services.confirm_asking import (
    ask_on_phone,
    last_question,
    withdraw_confirmation,
)
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.quoting import preview
from plugins.cashier.services.tendering import plan


class ConfirmPages:
    """The pages of the till that have to do with the member's phone."""

    _refuse: Any
    _show: Any

    @api.page("/<int:number>/confirm", needs=OPEN_BILLS, methods=("POST",))
    def confirm(self, number: int) -> Any:
        """Ask the member on her phone whether the bill may be settled so."""
        reach(number, OPEN_BILLS)
        try:
            _ask(number)
        except api.Refused as refused:
            return self._refuse(number, refused)
        bill = reach(number, OPEN_BILLS)
        return self._show(bill, till_screen.store_of(bill))

    @api.page("/<int:number>/waiting", needs=OPEN_BILLS)
    def waiting(self, number: int) -> Any:
        """Answer the screen that waits for a member's phone: nothing while she did not answer."""
        bill = reach(number, OPEN_BILLS)
        asked = last_question(bill)
        same = asked is not None and asked[0].id == request.args.get("question", type=int)
        if same and asked is not None and asked[1] == "asked":
            return "", 204
        return self._show(bill, till_screen.store_of(bill))

    @api.page("/<int:number>/withdraw", needs=OPEN_BILLS, methods=("POST",))
    def withdraw(self, number: int) -> Any:
        """Take the question back; how she pays stays chosen."""
        reach(number, OPEN_BILLS)
        withdraw_confirmation(number)
        bill = reach(number, OPEN_BILLS)
        payable = bill.state in ("open", "part_paid")
        chosen = plan(bill, read_choices()) if payable else None
        return self._show(bill, till_screen.store_of(bill), chosen=chosen)


@api.unit
def _ask(number: int) -> None:
    bill = billing.lock_bill(number)
    choices = read_choices()
    _require_same(bill)
    tenders = [choice.tender() for choice in choices]
    key = text_of("key") or new_key()
    ask_on_phone(number, tenders, key=key, choices=[asdict(each) for each in choices])


def _require_same(bill: Bill) -> None:
    """Raise `Conflict` when the bill costs something else than the screen said."""
    due = number_of("due_fen")
    purses = [(each.purse, each.amount_fen) for each in read_choices() if each.kind == "balance"]
    again = bill.state == "part_paid"
    now = bill.owing_fen if again else preview(bill.id, purses=purses).due_fen
    if due is not None and due != now:
        raise api.Conflict(
            api.gettext("The bill comes to %(due)s now. Look at it again.", due=api.format_fen(now))
        )
