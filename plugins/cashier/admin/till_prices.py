"""The till's prices: which benefits count and why not, and the cheapest way to pay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import reach, text_of
from plugins.cashier.models import Bill
from plugins.cashier.offers import Tender
from plugins.cashier.permissions import OPEN_BILLS
from plugins.cashier.services.choosing import (
    accept_benefit,
    choose_coupon,
    decline_benefit,
    proposals_for,
    take_proposal,
)
from plugins.cashier.services.quoting import preview


class PricePages:
    """The pages of the till that have to do with benefits; the till shows how it then is."""

    def _try(
        self,
        number: int,
        needs: api.Permission,
        act: Callable[[Bill], object],
        done: str = "",
    ) -> Any:
        raise NotImplementedError

    def pay_so(self, number: int, tenders: Sequence[Tender]) -> Any:
        """Show a bill with what pays it."""
        raise NotImplementedError

    @api.page("/<int:number>/ways", needs=OPEN_BILLS)
    def ways(self, number: int) -> Any:
        """Show ways to pay a bill, the cheapest first, and the benefits that count or do not."""
        return self._ways(reach(number, OPEN_BILLS))

    @api.page("/<int:number>/ways", needs=OPEN_BILLS, methods=("POST",))
    def take_way(self, number: int) -> Any:
        """Do what a proposal says, up to the payment."""
        bill = reach(number, OPEN_BILLS)
        try:
            tenders = take_proposal(number, text_of("sign"))
        except api.Refused as refused:
            return self._ways(bill, refused), refused.status
        return self.pay_so(number, tenders)

    @api.page("/<int:number>/benefit", needs=OPEN_BILLS, methods=("POST",))
    def benefit(self, number: int) -> Any:
        """Leave a benefit out, let it count again, or choose a coupon."""
        return self._try(number, OPEN_BILLS, _choose_benefit)

    def _ways(self, bill: Bill, problem: api.Refused | None = None) -> str:
        if bill.state != "open":
            raise api.Conflict(_("This bill is not open."))
        quote = preview(bill.id)
        used = {step.key: step for line in quote.lines for step in line.steps if step.key}
        return api.render(
            "cashier/till/ways.html",
            view=self,
            bill=bill,
            quote=quote,
            used=list(used.values()),
            declined=frozenset(bill.choices.get("declined", ())),
            ways=proposals_for(bill.id),
            problem=problem,
            **drawing.words(),
        )


def _choose_benefit(bill: Bill) -> None:
    act, key = text_of("act"), text_of("key")
    if act == "decline":
        decline_benefit(bill.id, key)
    elif act == "accept":
        accept_benefit(bill.id, key)
    elif act == "coupon":
        choose_coupon(bill.id, key)
    elif act == "best_coupon":
        choose_coupon(bill.id, None)
    else:
        raise api.Refused(_("Load the page again."))
