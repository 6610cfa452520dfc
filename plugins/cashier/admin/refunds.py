"""The list of refunds and the page of one: its sheet, the ways of the money, what comes next."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Response, redirect, request
from markupsafe import Markup

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import text_of
from plugins.cashier.admin.refund_lines import RefundLinePages
from plugins.cashier.admin.refund_wizard import RefundWizard, number_after
from plugins.cashier.models import SIGNED, Line, PaymentKind, Payout, Refund, RefundLine
from plugins.cashier.permissions import DEDUCT_ALONE, EXPORT_BILLS
from plugins.cashier.refunds import MAKE_REFUNDS, SEE_REFUNDS
from plugins.cashier.services.agreeing import Proof, ProvenPin
from plugins.cashier.services.refunding.answering import agree_to_refund
from plugins.cashier.services.refunding.cases import (
    ask_for_approval,
    find_refundables,
    purpose_of,
    withdraw_refund,
)
from plugins.cashier.services.refunding.dues import is_late
from plugins.cashier.services.refunding.paying_out import Source, Ways, pay_refund, sources_of
from plugins.cashier.services.refunding.showing import show_sheet
from plugins.cashier.services.signing import signature_of, signatures_of
from plugins.ledger.api import Journal
from plugins.membership.api import Member, check_member_pin, has_pin

HOME = "/console/cashier/refunds/"
TONES = {"open": "note", "waiting": "warn", "approved": "warn", "paid": "good", "withdrawn": ""}


class RefundAdmin(RefundWizard, RefundLinePages, api.ModelAdmin):
    """All refunds: what went back, why, and how; they are made step by step, never in a form."""

    subject, noun = Refund, "refunds"
    title, singular = _("Refunds"), _("refund")
    icon, group, order = "arrow-back-up", "till", 50
    needs = {"view": SEE_REFUNDS, "export": EXPORT_BILLS}
    list_columns = (
        "number",
        "booked_on",
        "due_on",
        "store_id",
        "kind",
        "title",
        "member_id",
        "state",
        "cause",
        "amount_fen",
        "interest_fen",
        "answer",
        "bill_id",
        api.Column("opened_by", hidden=True),
        api.Column("approved_by", hidden=True),
        api.Column("paid_by", hidden=True),
        api.Column("reason", hidden=True),
    )
    default_sort = "-id"
    filters = (
        "state",
        "kind",
        "cause",
        "store_id",
        "booked_on",
        "due_on",
        "member_id",
        "amount_fen",
        "answer",
        "opened_by",
        "paid_by",
    )
    search = ("number", "title")
    totals = ("amount_fen", "interest_fen")
    list_template = "cashier/refunds.html"
    details = (
        "number",
        "store_id",
        "kind",
        "title",
        "member_id",
        "bill_id",
        "cause",
        "reason",
        "answer",
        "answered_at",
        "agreed_by",
        "objection",
        "opened_by",
        "opened_at",
        "due_on",
        "approved_by",
        "paid_by",
        "paid_at",
        "booked_on",
    )
    empty_hint = _("Refunds begin on a member's file or on a settled bill.")

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "may_make": MAKE_REFUNDS.held()}

    def head(self, record: Any) -> Markup:
        return drawing.draw(
            "_refund_head.html",
            refund=record,
            tone=TONES[record.state],
            late=is_late(record),
            asked=api.approval_state(record.approval_id) if record.approval_id else None,
            member=api.db.session.get(Member, record.member_id) if record.member_id else None,
            may_make=MAKE_REFUNDS.held(record.store_id),
            may_alone=DEDUCT_ALONE.held(record.store_id),
            has_pin=record.member_id is not None and has_pin(record.member_id),
            home=HOME,
        )

    def panels(self, record: Any) -> list[api.Panel]:
        found = []
        if record.sheet:
            html = drawing.draw("_refund_sheet.html", shown=show_sheet(record.sheet))
            found.append(api.Panel(_("Refund sheet"), html, 10))
        rows = _lines(record.id)
        if rows:
            html = drawing.draw("_refund_lines.html", rows=rows)
            found.append(api.Panel(_("Lines"), html, 10))
        signed = signatures_of(purpose_of(record.id))
        if signed:
            html = drawing.draw("_signatures.html", signatures=signed, ways=dict(SIGNED))
            found.append(api.Panel(_("Signature"), html, 15))
        payouts = _payouts(record.id)
        if payouts:
            html = drawing.draw("_refund_payouts.html", payouts=payouts)
            found.append(api.Panel(_("Ways of the money"), html, 20))
        journals = _journals(record)
        if journals:
            html = drawing.draw("_bill_journals.html", journals=journals)
            found.append(api.Panel(_("In the books"), html, 40))
        return found

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        here = f"{HOME}{record.id}"
        found = []
        if record.sheet:
            found.append(api.RecordAction(_("PDF"), f"{here}/sheet.pdf", SEE_REFUNDS, method="GET"))
            found.append(api.RecordAction(_("Print"), f"{here}/sheet", SEE_REFUNDS, method="GET"))
        if record.bill_id:
            url = f"/console/cashier/bills/{record.bill_id}/"
            found.append(api.RecordAction(_("Bill"), url, SEE_REFUNDS, method="GET"))
        return found

    @api.page("/<int:number>/sheet", needs=SEE_REFUNDS)
    def show_paper(self, number: int) -> Any:
        refund = reach(number, SEE_REFUNDS)
        if not refund.sheet:
            raise api.NotFound(_("This refund has no sheet."))
        return api.render(
            "cashier/refund_paper.html",
            view=self,
            refund=refund,
            shown=show_sheet(refund.sheet),
            member=_name_of(refund),
            store=api.db.session.get_one(api.Store, refund.store_id).name,
            home=HOME,
        )

    @api.page("/<int:number>/sheet.pdf", needs=SEE_REFUNDS)
    def show_pdf(self, number: int) -> Any:
        refund = reach(number, SEE_REFUNDS)
        if not refund.sheet:
            raise api.NotFound(_("This refund has no sheet."))
        store = api.db.session.get_one(api.Store, refund.store_id).name
        # What draws PDFs takes a fifth of a second to load: no start waits for it.
        from plugins.cashier.services.refunding.paper import draw_sheet

        data = draw_sheet(refund, _name_of(refund), store)
        return Response(
            data,
            mimetype="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{refund.number}.pdf"'},
        )

    @api.page("/<int:number>/agree", needs=MAKE_REFUNDS, methods=("POST",))
    def agree(self, number: int) -> Any:
        refund = reach(number, MAKE_REFUNDS)
        way, typed = text_of("agreed_by"), "".join(text_of("code").split())
        member_id, refund_id, store_id = refund.member_id, refund.id, refund.store_id
        try:
            proof: Proof = typed
            if way == "pin" and member_id is not None:
                api.db.session.rollback()
                check_member_pin(member_id, typed)
                proof = ProvenPin(member_id)
            if way == "signature":
                proof = signature_of(member_id, store_id)
            if way == "sms_code":
                raise api.Refused(_("She types the SMS code on her own phone."))
            agree_to_refund(refund_id, way, proof)
        except api.Refused as refused:
            return _not_done(number, refused)
        return _done(number, api.gettext("Her agreement is noted."))

    @api.page("/<int:number>/approval", needs=MAKE_REFUNDS, methods=("POST",))
    def ask(self, number: int) -> Any:
        reach(number, MAKE_REFUNDS)
        try:
            ask_for_approval(number)
        except api.Refused as refused:
            return _not_done(number, refused)
        return _done(number, api.gettext("Asked for. A second person decides."))

    @api.page("/<int:number>/withdraw", needs=MAKE_REFUNDS, methods=("POST",))
    def withdraw(self, number: int) -> Any:
        reach(number, MAKE_REFUNDS)
        try:
            withdraw_refund(number, text_of("reason"))
        except api.Refused as refused:
            return _not_done(number, refused)
        return _done(number, api.gettext("The refund is withdrawn. Nothing was moved."))

    @api.page("/<int:number>/pay", needs=MAKE_REFUNDS)
    def ask_pay(self, number: int) -> Any:
        return self._show_pay(number)

    @api.page("/<int:number>/pay", needs=MAKE_REFUNDS, methods=("POST",))
    def pay(self, number: int) -> Any:
        reach(number, MAKE_REFUNDS)
        try:
            pay_refund(number, _read_ways())
        except api.Refused as refused:
            if refused.status == 404:
                raise
            return self._show_pay(number, refused)
        return _done(number, api.gettext("The refund is paid out."))

    def _show_pay(self, number: int, problem: api.Refused | None = None) -> Any:
        refund = reach(number, MAKE_REFUNDS)
        if refund.state != "approved":
            return redirect(f"{HOME}{number}/")
        page = api.render(
            "cashier/refund_pay.html",
            view=self,
            refund=refund,
            sources=list(enumerate(_sources(refund))),
            kinds=_ways_out(),
            member=_name_of(refund),
            entered=request.form,
            problem=problem,
            home=HOME,
            **drawing.words(),
        )
        return (page, problem.status) if problem else page


def reach(number: int, needs: api.Permission) -> Refund:
    """Return a refund within the person's reach for *needs*; 404 when there is none."""
    refund: Refund | None = api.find_record(Refund, number, needs)
    if refund is None:
        raise api.NotFound(_("There is no such refund."))
    return refund


def _done(number: int, words: str) -> Any:
    api.say_done(words)
    return redirect(f"{HOME}{number}/")


def _not_done(number: int, problem: api.Refused) -> Any:
    if problem.status == 404:
        raise problem
    return api.render(
        "cashier/refund_problem.html", view=None, back=f"{HOME}{number}/", problem=problem
    ), problem.status


def _name_of(refund: Refund) -> str:
    member = api.db.session.get(Member, refund.member_id) if refund.member_id else None
    return member.name if member is not None else ""


def _sources(refund: Refund) -> list[Source]:
    try:
        found = find_refundables(refund.member_id or 0, refund.asked["keys"])
    except api.NotFound:
        return []
    return sources_of(found, refund.sheet)


def _ways_out() -> list[PaymentKind]:
    wanted = sa.select(PaymentKind).where(
        PaymentKind.in_use,
        PaymentKind.online.is_(False),
        PaymentKind.needs_code.is_(False),
        PaymentKind.payment_class == "cash_like",
    )
    return list(api.db.session.scalars(wanted.order_by(PaymentKind.place, PaymentKind.id)))


def _read_ways() -> Ways:
    amounts: dict[str, int] = {}
    for row in range(number_after("count")):
        ref, typed = text_of(f"ref-{row}"), text_of(f"amount-{row}")
        fen = api.parse_fen(typed) if typed else 0
        if fen < 0:
            raise api.Refused(_("Enter an amount above zero."))
        if ref and fen:
            amounts[ref] = amounts.get(ref, 0) + fen
    return Ways(amounts, text_of("other"), text_of("other_reason"), text_of("interest"))


def _lines(refund_id: int) -> list[tuple[RefundLine, Line]]:
    rows = api.db.session.execute(
        sa.select(RefundLine, Line)
        .join(Line, Line.id == RefundLine.line_id)
        .where(RefundLine.refund_id == refund_id)
        .order_by(RefundLine.id)
    )
    return [(kept, line) for kept, line in rows]


def _payouts(refund_id: int) -> list[tuple[Payout, PaymentKind | None]]:
    rows = api.db.session.execute(
        sa.select(Payout, PaymentKind)
        .outerjoin(PaymentKind, PaymentKind.id == Payout.kind_id)
        .where(Payout.refund_id == refund_id)
        .order_by(Payout.id)
    )
    return [(payout, kind) for payout, kind in rows]


def _journals(refund: Refund) -> list[Journal]:
    mine = Journal.idem_key.startswith(f"refund:{refund.key}:", autoescape=True)
    ref = f"bill:{refund.bill_id}" if refund.bill_id else f"refund:{refund.id}"
    wanted = sa.select(Journal).where(Journal.ref == ref, mine)
    return list(api.db.session.scalars(wanted.order_by(Journal.id)))
