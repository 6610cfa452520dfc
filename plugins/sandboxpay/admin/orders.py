"""The sandbox's own book, and the faults that it makes on purpose."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request

from console import api
from console.api import _
from plugins.sandboxpay.models import SandboxOrder
from plugins.sandboxpay.permissions import SEE_ORDERS, SET_FAULTS
from plugins.sandboxpay.settings import FAULTS

HOME = "/console/sandboxpay/orders/"


class SandboxOrderAdmin(api.ModelAdmin):
    """What was ordered and paid in the sandbox; there is no such page unless the demo is on."""

    subject, noun = SandboxOrder, "orders"
    title, singular = _("Payment sandbox"), _("sandbox order")
    icon, group, order = "cash", "system", 870
    needs = {"view": SEE_ORDERS}
    list_columns = (
        "created_at",
        "out_trade_no",
        "description",
        "amount_fen",
        "state",
        "paid_fen",
        "refunded_fen",
        "paid_at",
    )
    default_sort = "-created_at"
    filters = ("state", "created_at", "amount_fen")
    search = ("out_trade_no", "transaction_id")
    totals = ("amount_fen", "paid_fen", "refunded_fen")
    details = (
        "out_trade_no",
        "transaction_id",
        "description",
        "amount_fen",
        "state",
        "paid_fen",
        "refunded_fen",
        "created_at",
        "expires_at",
        "paid_at",
    )
    list_template = "sandboxpay/orders.html"
    page_actions = (
        {
            "label": _("Let it fail on purpose"),
            "icon": "alert-triangle",
            "url": f"{HOME}faults",
            "needs": SET_FAULTS,
        },
    )
    empty_hint = _("Orders appear here when a member pays on her phone. No money moves.")

    def is_accessible(self) -> bool:
        return api.demo_flag() and super().is_accessible()

    def _handle_view(self, name: str, **values: Any) -> Any:
        return super()._handle_view(name, **values) if api.demo_flag() else abort(404)

    @api.page("/faults", needs=SET_FAULTS)
    def show_faults(self) -> Any:
        return self._faults()

    @api.page("/faults", needs=SET_FAULTS, methods=("POST",))
    def set_faults(self) -> Any:
        try:
            _put_faults()
        except api.Refused as problem:
            return self._faults(problem), problem.status
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}faults")

    def _faults(self, problem: api.Refused | None = None) -> str:
        faults = [(fault, fault.get(), fault.options()) for fault in FAULTS]
        return api.render("sandboxpay/faults.html", view=self, faults=faults, problem=problem)


@api.unit
def _put_faults() -> None:
    """Take over the switches that the form shows; what it does not show is as it was without."""
    for fault in FAULTS:
        given = request.form.get(fault.key, "")
        if isinstance(fault.default, bool):
            fault.put(given == "1")
        elif fault.choices:
            fault.put(given if given in {key for key, _label in fault.options()} else "no")
        else:
            fault.put(_number(given, fault))


def _number(given: str, fault: api.Setting[Any]) -> int:
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else -1
    least, most = fault.least or 0, fault.most or 0
    if not least <= number <= most:
        words = _(
            "Enter a number from %(least)s to %(most)s.", least=f"{least:,}", most=f"{most:,}"
        )
        raise api.Refused(words)
    return number
