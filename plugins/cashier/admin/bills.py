"""The list of bills and the page of one, which shows all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.bill_filters import BILL_FILTERS, ORDER_FILTERS
from plugins.cashier.models import SIGNED, Bill, Order, Payment, PaymentKind, Settlement
from plugins.cashier.permissions import EXPORT_BILLS, OPEN_BILLS, SEE_BILLS
from plugins.cashier.services.arrivals import served_by
from plugins.cashier.services.billing import member_of
from plugins.cashier.services.confirm_asking import questions_about
from plugins.cashier.services.signing import signatures_of
from plugins.cashier.services.top_up_contracts import contracts_on, notes_of
from plugins.cashier.services.top_up_terms import agreed_terms
from plugins.membership.api import show_owing

TILL = "/console/cashier/till/"


def _paid_by(ids: Sequence[int]) -> Mapping[int, str]:
    rows = api.db.session.execute(
        sa.select(Payment.bill_id, PaymentKind)
        .join(PaymentKind, PaymentKind.id == Payment.kind_id)
        .where(Payment.bill_id.in_(ids), Payment.state == "confirmed")
        .order_by(Payment.id)
    )
    found: dict[int, dict[str, None]] = {}
    for bill_id, kind in rows:
        found.setdefault(bill_id, {})[kind.shown_name] = None
    return {number: api.gettext(", ").join(names) for number, names in found.items()}


class BillAdmin(api.ModelAdmin):
    """All bills; they are made and changed at the till, never in a form."""

    subject, noun = Bill, "bills"
    title = _("Bills")
    icon, group, order = "receipt", "till", 30
    needs = {"view": SEE_BILLS, "export": EXPORT_BILLS}
    list_columns = (
        "number",
        "business_on",
        "store_id",
        "member_id",
        "state",
        "label",
        "list_fen",
        "discount_fen",
        "due_fen",
        "paid_fen",
        api.Column(
            "owing_fen", _("Owing"), lambda model: model.owing_fen, kind="money", show=show_owing
        ),
        api.Column("paid_by", _("Paid by"), load=_paid_by),
        "agreed_by",
        "settled_at",
        api.Column("opened_by", hidden=True),
        api.Column("settled_by", hidden=True),
        api.Column("device", hidden=True),
        api.Column("booked_on", hidden=True),
        api.Column("note", hidden=True),
    )
    default_sort = "-id"
    filters = (
        "store_id",
        "business_on",
        "booked_on",
        "state",
        "member_id",
        "opened_by",
        "settled_by",
        "agreed_by",
        "due_fen",
        "owing_fen",
        *BILL_FILTERS,
        "late",
    )
    search = ("number", "label")
    totals = ("list_fen", "discount_fen", "due_fen", "paid_fen", "owing_fen")
    details = (
        "number",
        "store_id",
        "business_on",
        "booked_on",
        "member_id",
        "label",
        "note",
        "opened_by",
        "opened_at",
        "settled_by",
        "settled_at",
        "agreed_by",
        "device",
        "late",
        "void_reason",
        "voided_at",
        "voided_by",
    )
    empty_hint = _("Bills are opened at the till.")

    def head(self, record: Any) -> Markup:
        return drawing.draw("_bill_head.html", bill=record, member=member_of(record))

    def panels(self, record: Any) -> list[api.Panel]:
        rows = drawing.lines_shown(record)
        parts = drawing.parts_of([row["line"].id for row in rows])
        found = [
            api.Panel(
                _("Lines"),
                drawing.draw("_bill_lines.html", rows=rows, bill=record, parts=parts),
                10,
            )
        ]
        settlements = drawing.settlements_of(record.id)
        if settlements:
            html = _draw_payments(record, settlements)
            found.append(api.Panel(_("Payments"), html, 20))
            html = drawing.draw("_bill_journals.html", journals=drawing.journals_of(record.id))
            found.append(api.Panel(_("In the books"), html, 40))
        signed = signatures_of(f"bill:{record.id}")
        if signed:
            html = drawing.draw("_signatures.html", signatures=signed, ways=dict(SIGNED))
            found.append(api.Panel(_("Signature"), html, 25))
        asked = questions_about(record.id)
        if asked:
            html = drawing.draw("_confirmations.html", asked=asked)
            found.append(api.Panel(_("Confirmation on her phone"), html, 24))
        contracts = contracts_on(row["line"].id for row in rows)
        if contracts:
            html = drawing.draw("_contracts.html", contracts=notes_of(contracts))
            found.append(api.Panel(_("Contracts"), html, 25))
        agreed = agreed_terms([row["line"] for row in rows])
        if agreed:
            html = drawing.draw("_agreed.html", agreed=agreed)
            found.append(api.Panel(_("Terms of top-ups"), html, 26))
        if record.receipt:
            html = drawing.draw("_bill_receipt.html", acts=record.receipt["acts"])
            found.append(api.Panel(_("Receipt"), html, 30))
        return found

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        label = _("Open at the till")
        return [api.RecordAction(label, f"{TILL}{record.id}", OPEN_BILLS, method="GET")]


def _draw_payments(bill: Bill, settlements: Sequence[Settlement]) -> Any:
    """Draw what paid a bill, in which settlements, and the scans that these rest on."""
    served = [arrival for arrival, _number in served_by(bill.id)]
    acted = [each for one in settlements for each in (one.settled_by, one.undone_by)]
    return drawing.draw(
        "_bill_payments.html",
        arrivals={one.settlement_id: one for one in served},
        payments=drawing.payments_of(bill.id),
        settlements=settlements,
        people=drawing.people_named(acted + [one.by_user for one in served]),
    )


class OrderAdmin(api.ModelAdmin):
    """The orders: services, cards, top-ups and products, each kind with its own list and sums."""

    subject, noun = Order, "orders"
    title = _("Orders")
    icon, group, order = "list-details", "till", 40
    menu_query = "?f.kind.eq=service"
    needs = {"view": SEE_BILLS, "export": EXPORT_BILLS}
    list_columns = (
        "number",
        "booked_on",
        "store_id",
        "kind",
        "member_id",
        "state",
        "list_fen",
        "discount_fen",
        "due_fen",
        "bill_id",
    )
    default_sort = "-id"
    filters = (
        "kind",
        "state",
        "store_id",
        "booked_on",
        *ORDER_FILTERS,
        "member_id",
        "due_fen",
    )
    search = ("number",)
    totals = ("list_fen", "discount_fen", "due_fen")
    list_template = "cashier/orders.html"
    empty_hint = _("Orders appear here when bills are opened at the till.")

    def panels(self, record: Any) -> list[api.Panel]:
        bill = api.db.session.get_one(Bill, record.bill_id)
        rows = [row for row in drawing.lines_shown(bill) if row["line"].order_kind == record.kind]
        html = drawing.draw("_bill_lines.html", rows=rows, bill=record, parts=())
        return [api.Panel(_("Lines"), html, 10)]
