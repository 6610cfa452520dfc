"""What the till does by the clock: remind of open days and due refunds, tie the books out."""

from __future__ import annotations

import logging

from console import api
from console.api import _
from plugins.cashier.permissions import SEE_REPORTS
from plugins.cashier.services.closing.days import remind_of_days
from plugins.cashier.services.refunding.dues import remind_of_refunds
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.cashier.services.tying_checks import titles

log = logging.getLogger(__name__)


def tie_books_out() -> None:
    """Compare orders, ledger and reports, and tell whoever sees reports when anything differs."""
    for check, some in tie_out(whole_book()).by_check().items():
        log.error("the books differ: %s: %s", check, "; ".join(one.words() for one in some[:20]))
        api.notify(
            _("Orders, ledger and reports do not agree"),
            titles()[check],
            url="/console/cashier/tie_out/",
            permission=SEE_REPORTS,
            todo=True,
            key=f"cashier:books:{check}",
        )


SCHEDULES = (
    api.Schedule("tie_books_out", tie_books_out, daily_at="04:10"),
    api.Schedule("remind_of_days", remind_of_days, daily_at="09:30"),
    api.Schedule("remind_of_refunds", remind_of_refunds, daily_at="09:35"),
)
