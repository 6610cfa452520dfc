"""The kinds of payment that the till offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.cashier.models import Payment, PaymentKind
from plugins.cashier.permissions import EDIT_PAYMENT_KINDS, SEE_BILLS
from plugins.cashier.services.paying import check_kind, seed_payment_kinds
from plugins.ledger.api import show_kind

HOME = "/console/cashier/payment_kinds/"


def _accounts(ids: Sequence[int]) -> Mapping[int, str]:
    """Say in which account of the books the money of each kind lies."""
    kinds = api.db.session.scalars(sa.select(PaymentKind).where(PaymentKind.id.in_(ids))).all()
    return {kind.id: account_in_words(kind) for kind in kinds}


def account_in_words(kind: PaymentKind) -> str:
    """Name the account that a kind of payment is booked to; what others owe by who owes it."""
    if kind.account.startswith("platform:") or kind.account == "online":
        return f"{show_kind('receivable')} · {kind.shown_name}"
    return show_kind(kind.account) if kind.account else ""


class PaymentKindAdmin(api.ModelAdmin):
    """How guests may pay, in which class it counts, and where the money goes."""

    subject, noun = PaymentKind, "payment_kinds"
    title, singular = _("Kinds of payment"), _("kind of payment")
    icon, group, order = "credit-card", "till", 90
    needs = {
        "view": SEE_BILLS,
        "create": EDIT_PAYMENT_KINDS,
        "edit": EDIT_PAYMENT_KINDS,
        "delete": EDIT_PAYMENT_KINDS,
    }
    list_columns = (
        "place",
        "name",
        "code",
        "payment_class",
        "online",
        api.Column("booked_to", _("Account"), load=_accounts),
        "needs_code",
        "in_use",
    )
    default_sort = "place"
    filters = ("payment_class", "online", "in_use")
    search = ("name", "code")
    form = (
        api.FormSection(_("Kind of payment"), ("name", "names", "code", "place", "in_use")),
        api.FormSection(_("Where it counts"), ("payment_class", "account", "needs_code")),
    )
    inline_edit = ("place", "in_use")
    empty_hint = _("Cash, WeChat, Alipay and the others are made when the first bill is paid.")
    page_actions = (
        {
            "label": _("Make the usual kinds"),
            "icon": "credit-card",
            "url": f"{HOME}usual",
            "needs": EDIT_PAYMENT_KINDS,
        },
    )

    @api.page("/usual", needs=EDIT_PAYMENT_KINDS)
    def ask_usual(self) -> str:
        return api.render("cashier/usual_kinds.html", view=self)

    @api.page("/usual", needs=EDIT_PAYMENT_KINDS, methods=("POST",))
    def make_usual(self) -> Response:
        seed_payment_kinds()
        flash(api.gettext("The usual kinds of payment are there."), "success")
        return redirect(HOME)

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        if created:
            record.method = "balance" if record.payment_class == "balance" else "booked"
        check_kind(record)

    def before_delete(self, record: Any) -> None:
        used = sa.select(Payment.id).where(Payment.kind_id == record.id).limit(1)
        if api.db.session.scalar(used):
            raise api.Refused(_("Bills were paid this way. Take it out of use instead."))
