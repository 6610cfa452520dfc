"""Payments that members made online: how each stands, what happened, and what staff may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.models import ONLINE_LIVE, ONLINE_STATES, REFUND_STATES, OnlinePayment
from plugins.cashier.permissions import EXPORT_BILLS, MANAGE_ONLINE, REFUND_ONLINE, SEE_BILLS
from plugins.cashier.services.online.advancing import cancel, look_again
from plugins.cashier.services.online.notes import WHAT, notes_of
from plugins.cashier.services.online.providers import providers
from plugins.cashier.services.online.refunding import (
    refund_payment,
    refunds_of,
    try_refund_again,
)
from plugins.membership.api import Member

HOME = "/console/cashier/online/"
#: States in which money is with us that may go back.
HELD = ("confirmed", "paid", "mismatch")
TONES = {
    "paid": "good",
    "confirmed": "warn",
    "unknown": "warn",
    "mismatch": "bad",
    "refunding": "warn",
}
UNPAID = ("created", "prepaid", "unknown")


class OnlinePaymentAdmin(api.ModelAdmin):
    """What members paid, or began to pay, on their phones."""

    subject, noun = OnlinePayment, "online"
    title, singular = _("Online payments"), _("online payment")
    icon, group, order = "device-mobile", "till", 60
    needs = {"view": SEE_BILLS, "export": EXPORT_BILLS}
    list_columns = (
        "created_at",
        "out_trade_no",
        "member_id",
        "title",
        "amount_fen",
        "state",
        "paid_at",
        "refunded_fen",
        "store_id",
        "bill_id",
        api.Column("problem", hidden=True),
    )
    default_sort = "-created_at"
    filters = ("state", "store_id", "created_at", "paid_at", "member_id", "provider", "amount_fen")
    search = ("out_trade_no", "transaction_id")
    totals = ("amount_fen", "refunded_fen")
    details = (
        "out_trade_no",
        "transaction_id",
        "title",
        "store_id",
        "created_at",
        "expires_at",
        "paid_at",
        "closed_at",
        "settled_at",
        "due_at",
        "problem",
        "bill_id",
    )
    empty_hint = _("What members pay on their phones appears here.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        where, found = f"{HOME}{record.id}", []
        if record.state in ONLINE_LIVE:
            words = _("Book again") if record.state == "confirmed" else _("Ask now")
            found.append(api.RecordAction(words, f"{where}/ask", MANAGE_ONLINE))
        if record.state in UNPAID:
            sure = _("The order is closed at the provider, and can no longer be paid.")
            found.append(
                api.RecordAction(_("Close"), f"{where}/close", MANAGE_ONLINE, confirm=sure)
            )
        if record.state in HELD:
            found.append(
                api.RecordAction(
                    _("Refund"), f"{where}/refund", REFUND_ONLINE, method="GET", danger=True
                )
            )
        if any(refund.state == "failed" for refund in refunds_of(record.id)):
            found.append(api.RecordAction(_("Try again"), f"{where}/again", REFUND_ONLINE))
        return found

    def head(self, record: Any) -> Markup:
        provider = providers().get(record.provider)
        return drawing.draw(
            "_online_head.html",
            payment=record,
            member=api.db.session.get(Member, record.member_id),
            provider=provider.title if provider else record.provider,
            state=dict(ONLINE_STATES)[record.state],
            tone=TONES.get(record.state, ""),
        )

    def panels(self, record: Any) -> list[api.Panel]:
        html = drawing.draw("_online_notes.html", notes=notes_of(record.id), what=WHAT)
        found = [api.Panel(_("What happened"), html, 20)]
        refunds = refunds_of(record.id)
        if refunds:
            html = drawing.draw("_online_refunds.html", refunds=refunds, states=dict(REFUND_STATES))
            found.append(api.Panel(_("Refunds"), html, 10))
        return found

    @api.page("/<int:number>/ask", needs=MANAGE_ONLINE, methods=("POST",))
    def ask(self, number: int) -> Response:
        reach(number, MANAGE_ONLINE)
        look_again(number, at_once=True)
        api.say_done(api.gettext("The provider is asked. Load the page again in a moment."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/close", needs=MANAGE_ONLINE, methods=("POST",))
    def close(self, number: int) -> Any:
        reach(number, MANAGE_ONLINE)
        cancel(number)
        api.say_done(api.gettext("The order is being closed."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/refund", needs=REFUND_ONLINE)
    def ask_refund(self, number: int) -> str:
        return self._show_refund(reach(number, REFUND_ONLINE))

    @api.page("/<int:number>/refund", needs=REFUND_ONLINE, methods=("POST",))
    def refund(self, number: int) -> Any:
        payment = reach(number, REFUND_ONLINE)
        reason = request.form.get("reason", "")
        return self._try(payment, lambda: refund_payment(number, reason))

    @api.page("/<int:number>/again", needs=REFUND_ONLINE, methods=("POST",))
    def again(self, number: int) -> Any:
        reach(number, REFUND_ONLINE)
        for refund in refunds_of(number):
            if refund.state == "failed":
                try_refund_again(refund.id)
        api.say_done(api.gettext("The provider is asked. Load the page again in a moment."))
        return redirect(f"{HOME}{number}/")

    def _try(self, payment: OnlinePayment, act: Callable[[], object]) -> Any:
        number = payment.id
        try:
            act()
        except api.Refused as problem:
            api.db.session.rollback()
            return self._show_refund(reach(number, REFUND_ONLINE), problem), problem.status
        api.say_done(api.gettext("The money is on its way back."))
        return redirect(f"{HOME}{number}/")

    def _show_refund(self, payment: OnlinePayment, problem: api.Refused | None = None) -> str:
        return api.render(
            "cashier/online_refund.html",
            view=self,
            payment=payment,
            left_fen=(payment.paid_fen or 0) - payment.refunded_fen,
            problem=problem,
            entered=request.form,
        )


def reach(number: int, needs: api.Permission) -> OnlinePayment:
    """Return an online payment within the person's reach for *needs*; 404 when there is none."""
    found: OnlinePayment | None = api.find_record(OnlinePayment, number, needs)
    if found is None:
        raise api.NotFound(_("There is no such payment."))
    return found
