"""The list of booking deposits, what becomes of one, and the rules by which they are asked."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.checkout.models import Deposit, Rule
from plugins.checkout.permissions import EDIT_RULES, RETURN_DEPOSITS, SEE_DEPOSITS
from plugins.checkout.services.deposits import ask_to_return, held_fen, return_deposit

HOME = "/console/checkout/deposits/"


class DepositAdmin(api.ModelAdmin):
    """Every deposit that was asked for, and what became of it."""

    subject, noun = Deposit, "deposits"
    title, singular = _("Booking deposits"), _("booking deposit")
    icon, group, order = "wallet", "booking", 60
    needs = {"view": SEE_DEPOSITS, "export": SEE_DEPOSITS}
    list_columns = (
        "starts_at",
        "guest_name",
        "store_id",
        "amount_fen",
        "state",
        "paid_at",
        "ended_at",
        "reason",
        "asked_at",
    )
    default_sort = "-asked_at"
    filters = ("state", "store_id", "starts_at", "paid_at", "ended_at")
    search = ("guest_name",)
    totals = ("amount_fen",)
    details = (
        "guest_name",
        "member_id",
        "starts_at",
        "visit_id",
        "amount_fen",
        "state",
        "asked_at",
        "paid_at",
        "ended_at",
        "ended_by",
        "reason",
    )
    empty_hint = _("Deposits appear here when a booking asks for one by the rules.")

    @api.page("/<int:number>/return", needs=RETURN_DEPOSITS)
    def ask(self, number: int) -> Any:
        """Ask why a deposit is returned."""
        return self._ask(_reach(number))

    @api.page("/<int:number>/return", needs=RETURN_DEPOSITS, methods=("POST",))
    def give_back(self, number: int) -> Any:
        """Return a paid deposit; of a kept one a second person decides."""
        deposit, reason = _reach(number), request.form.get("reason", "")
        try:
            if not reason.strip():
                raise api.Refused(_("Say why."))
            if deposit.state == "kept":
                ask_to_return(number, reason)
                api.say_done(api.gettext("A second person was asked to agree."))
            else:
                return_deposit(number, reason)
                api.say_done(api.gettext("The deposit goes back the way it came."))
        except api.Refused as refused:
            return self._ask(_reach(number), refused), refused.status
        return redirect(f"{HOME}{number}/")

    def _ask(self, deposit: Deposit, problem: api.Refused | None = None) -> Any:
        return api.render(
            "checkout/return.html",
            view=self,
            deposit=deposit,
            held_fen=held_fen(deposit.id),
            problem=problem,
        )


class RuleAdmin(api.ModelAdmin):
    """For which services and stores a deposit is asked, and how much."""

    subject, noun = Rule, "rules"
    title, singular = _("Deposit rules"), _("deposit rule")
    icon, group, order = "adjustments", "booking", 70
    needs = {
        "view": SEE_DEPOSITS,
        "create": EDIT_RULES,
        "edit": EDIT_RULES,
        "delete": EDIT_RULES,
    }
    list_columns = ("store_id", "service_id", "how", "amount_fen", "percent", "in_use")
    filters = ("store_id", "service_id", "how", "in_use")
    form = (
        api.FormSection(_("For what"), ("store_id", "service_id", "in_use")),
        api.FormSection(_("How much"), ("how", "amount_fen", "percent")),
    )
    inline_edit = ("in_use",)
    empty_hint = _("Without a rule a deposit is asked of members only who missed several visits.")

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        if record.how == "fixed" and not record.amount_fen:
            raise api.Refused(_("Enter an amount above zero."))
        if record.how == "percent" and not record.percent:
            raise api.Refused(_("Enter a percentage from 1 to 100."))


def _reach(number: int) -> Deposit:
    deposit: Deposit | None = api.find_record(Deposit, number, RETURN_DEPOSITS)
    if deposit is None:
        raise api.NotFound(_("There is no such deposit."))
    return deposit
