"""Statements of channels: taken in, compared with the till in three lists, explained by hand."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import number_of, text_of
from plugins.cashier.admin.statement_reading import HOME, StatementReading
from plugins.cashier.models import MATCHES, PaymentKind, Statement, StatementLine
from plugins.cashier.permissions import RECONCILE
from plugins.cashier.services.statements.reading import read_rows
from plugins.cashier.services.statements.standing import Standing, standings_of
from plugins.cashier.services.statements.taking import channel, channels, compare, resolve
from plugins.cashier.services.statements.waiting import KEPT, files_waiting, keep_statement

LINES = "/console/cashier/statement_lines/"
TONES = {"matched": "good", "amount": "bad", "ours": "warn", "theirs": "warn"}


class StatementAdmin(StatementReading, api.ModelAdmin):
    """What channels say that they took, as it was taken in."""

    subject, noun = Statement, "statements"
    title, singular = _("Channel statements"), _("statement")
    icon, group, order = "building-bank", "finance", 19
    needs = {"view": RECONCILE, "export": RECONCILE}
    list_columns = (
        "taken_in_at",
        "kind_id",
        "title",
        "source",
        "first_on",
        "last_on",
        "trades",
        "amount_fen",
        "fee_fen",
        "taken_in_by",
    )
    default_sort = "-taken_in_at"
    filters = ("kind_id", "source", "taken_in_at", "first_on")
    totals = ("amount_fen", "fee_fen")
    empty_hint = _("Take in what WeChat, Alipay, Meituan or Douyin say that they took.")
    page_actions = (
        {
            "label": _("Reconcile"),
            "icon": "scale",
            "url": f"{HOME}reconcile",
            "needs": RECONCILE,
        },
    )

    @api.page("/reconcile", needs=RECONCILE)
    def reconcile(self) -> Any:
        """Show how each channel stands, and the way in for a statement."""
        return self._show()

    @api.page("/reconcile", needs=RECONCILE, methods=("POST",))
    def take(self) -> Any:
        """Keep a file, and show how it is read before anything is taken in."""
        sent = request.files.get("file")
        try:
            if sent is None or not sent.filename:
                raise api.Refused(_("Choose a file."))
            kind = channel(number_of("kind_id") or 0)
            content = sent.read()
            read_rows(content)
            kind_id = kind.id
            api.db.session.rollback()
            file = keep_statement(content, sent.filename)
        except api.Refused as refused:
            return self._show(refused), refused.status
        return redirect(f"{HOME}read/{file.id}?kind_id={kind_id}")

    @api.page("/compare", needs=RECONCILE, methods=("POST",))
    def again(self) -> Response:
        """Match again what is open, after something was entered or mended."""
        count = sum(compare(kind) for kind in channels())
        api.say_done(api.gettext("Compared. Open trades: %(count)s", count=count))
        return redirect(f"{HOME}reconcile")

    def _show(self, problem: api.Refused | None = None) -> str:
        found: list[Standing] = standings_of(channels())
        return api.render(
            "cashier/reports/reconcile.html",
            view=self,
            rows=found,
            channels=channels(),
            waiting=files_waiting(),
            days_kept=KEPT.days,
            entered=request.form,
            lines=LINES,
            problem=problem,
            **drawing.words(),
        )


class StatementLineAdmin(api.ModelAdmin):
    """Trades by channel: matched, with other amounts, ours only, theirs only."""

    subject, noun = StatementLine, "statement_lines"
    title, singular = _("Compared trades"), _("trade")
    icon, group, order = "list-check", "finance", 20
    needs = {"view": RECONCILE, "export": RECONCILE}
    list_columns = (
        "traded_on",
        "kind_id",
        "trade",
        "trade_no",
        "amount_fen",
        "our_fen",
        "fee_fen",
        "state",
        "settled_fen",
        "bill_id",
        "resolved_at",
        "note",
        api.Column("order_no", hidden=True),
        api.Column("by_amount", hidden=True),
    )
    default_sort = "-traded_on"
    filters = ("state", "kind_id", "traded_on", "trade", "resolved_at", "amount_fen", "by_amount")
    search = ("trade_no", "order_no")
    totals = ("amount_fen", "our_fen", "fee_fen", "settled_fen")
    details = (
        "kind_id",
        "statement_id",
        "trade",
        "trade_no",
        "order_no",
        "voucher_code",
        "traded_on",
        "amount_fen",
        "our_fen",
        "fee_fen",
        "settled_fen",
        "bill_id",
        "by_amount",
        "resolved_at",
        "resolved_by",
        "note",
    )
    empty_hint = _("Trades appear here when a statement is taken in.")

    def head(self, record: Any) -> Markup:
        kind = api.db.session.get_one(PaymentKind, record.kind_id)
        return drawing.draw(
            "_statement_line_head.html",
            line=record,
            kind=kind,
            state=dict(MATCHES)[record.state],
            tone=TONES[record.state],
        )

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        if record.state == "matched" or record.resolved_at is not None:
            return []
        where = f"{LINES}{record.id}/resolve"
        return [api.RecordAction(_("Explain"), where, RECONCILE, method="GET")]

    @api.page("/<int:number>/resolve", needs=RECONCILE)
    def ask(self, number: int) -> str:
        return self._ask(_line(number))

    @api.page("/<int:number>/resolve", needs=RECONCILE, methods=("POST",))
    def explain(self, number: int) -> Any:
        line = _line(number)
        try:
            resolve(line.id, text_of("note"))
        except api.Refused as problem:
            api.db.session.rollback()
            return self._ask(_line(number), problem), problem.status
        api.say_done(api.gettext("The difference is explained."))
        return redirect(f"{LINES}{number}/")

    def _ask(self, line: StatementLine, problem: api.Refused | None = None) -> str:
        return api.render(
            "cashier/reports/resolve.html",
            view=self,
            line=line,
            kind=api.db.session.get_one(PaymentKind, line.kind_id),
            state=dict(MATCHES)[line.state],
            tone=TONES[line.state],
            entered=request.form,
            problem=problem,
            **drawing.words(),
        )


def _line(number: int) -> StatementLine:
    found = api.db.session.scalar(sa.select(StatementLine).where(StatementLine.id == number))
    if found is None:
        raise api.NotFound(_("There is no such trade."))
    return found
