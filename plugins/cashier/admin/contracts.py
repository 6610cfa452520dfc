"""The contracts of top-ups: the list, and each to read, print and sign."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Response, redirect
from markupsafe import Markup

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.models import Line, TopUpContract
from plugins.cashier.permissions import EXPORT_BILLS, OPEN_BILLS, SEE_BILLS
from plugins.cashier.services.contracts import is_whole, say_signed
from plugins.cashier.services.signing import signature_of, signatures_of
from plugins.cashier.services.top_up_contracts import (
    ends_of,
    paper_of,
    purpose_of,
    rows_of,
    sign_contract,
    title_of,
)

HOME = "/console/cashier/contracts/"


def _is_signed(_operation: str, value: bool) -> sa.ColumnElement[bool]:
    signed = TopUpContract.signed_at
    return signed.is_not(None) if value else signed.is_(None)


class TopUpContractAdmin(api.ModelAdmin):
    """The contracts of top-ups; each is made when its bill is settled, never in a form."""

    subject, noun = TopUpContract, "contracts"
    title, singular = _("Contracts of top-ups"), _("top-up contract")
    icon, group, order = "file-text", "till", 56
    needs = {"view": SEE_BILLS, "export": EXPORT_BILLS}
    list_columns = (
        "id",
        "made_at",
        "store_id",
        "member_id",
        api.Column("paid_fen", _("Principal"), lambda model: model.facts["paid_fen"], kind="money"),
        "signed_at",
        api.Column("digest", hidden=True),
    )
    default_sort = "-id"
    filters = (
        api.Filter("signed", _("Signed"), "bool", where=_is_signed),
        "store_id",
        "member_id",
        "made_at",
    )
    details = ("id", "made_at", "store_id", "member_id", "signed_at")
    empty_hint = _("A contract is made when a top-up is paid.")

    def head(self, record: Any) -> Markup:
        ended = ends_of([record]).get(record.id, "")
        return drawing.draw(
            "_contract_head.html",
            title=title_of(record),
            contract=record,
            terms=rows_of(record),
            signed=say_signed(record, purpose_of(record.id), record.store.time_zone),
            signatures=signatures_of(purpose_of(record.id)),
            whole=is_whole(record),
            ended=ended,
            may_sign=not ended and OPEN_BILLS.held(record.store_id),
            sign_url=f"{HOME}{record.id}/sign",
        )

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        line = api.db.session.get_one(Line, record.line_id)
        return [
            api.RecordAction(_("PDF"), f"{HOME}{record.id}/pdf", SEE_BILLS, "GET"),
            api.RecordAction(
                _("Bill"), f"/console/cashier/bills/{line.bill_id}/", SEE_BILLS, "GET"
            ),
        ]

    @api.page("/<int:number>/sign", needs=OPEN_BILLS, methods=("POST",))
    def sign(self, number: int) -> Any:
        contract = _reach(number, OPEN_BILLS)
        sign_contract(number, "paper", signature_of(contract.member_id, contract.store_id))
        api.say_done(api.gettext("Noted that she signed."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/pdf", needs=SEE_BILLS)
    def paper(self, number: int) -> Any:
        contract = _reach(number, SEE_BILLS)
        named = {"Content-Disposition": f'inline; filename="top-up-contract-{number}.pdf"'}
        return Response(paper_of(contract), mimetype="application/pdf", headers=named)


def _reach(number: int, needs: api.Permission) -> TopUpContract:
    found: TopUpContract | None = api.find_record(TopUpContract, number, needs)
    if found is None:
        raise api.NotFound(_("There is no such contract."))
    return found
