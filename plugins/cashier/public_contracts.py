"""A member's contracts on her phone: the list of all, and each of a top-up to read and sign."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, redirect

from console import api
from plugins.cashier.models import TopUpContract
from plugins.cashier.public_routes import routes
from plugins.cashier.services.all_contracts import all_contracts
from plugins.cashier.services.contracts import is_whole, say_signed
from plugins.cashier.services.top_up_contracts import (
    ends_of,
    paper_of,
    purpose_of,
    rows_of,
    sign_contract,
    title_of,
)

PAGES = (routes,)


@routes.get("/contracts", audience="visitor")
def show_contracts() -> Any:
    """Show her all contracts of what she paid ahead; those that want her signature first."""
    contracts = all_contracts(api.visitor().id)
    return api.render_public("cashier/phone/contracts.html", contracts=contracts)


@routes.get("/contracts/<int:number>", audience="visitor")
def show_contract(number: int) -> Any:
    """Show the terms on which a top-up of hers was sold."""
    return _show(_own(number))


@routes.get("/contracts/<int:number>.pdf", audience="visitor")
def show_contract_pdf(number: int) -> Any:
    """Hand her the contract as a PDF."""
    contract = _own(number)
    named = {"Content-Disposition": f'inline; filename="top-up-contract-{number}.pdf"'}
    return Response(paper_of(contract), mimetype="application/pdf", headers=named)


@routes.post("/contracts/<int:number>", audience="visitor")
def sign(number: int) -> Any:
    """Note that she read the terms and agrees to them."""
    _own(number)
    api.db.session.rollback()
    try:
        sign_contract(number, "phone")
    except api.Refused as refused:
        return _show(_own(number), refused)
    return redirect(f"/cashier/contracts/{number}")


def _own(number: int) -> TopUpContract:
    contract = api.db.session.get(TopUpContract, number)
    if contract is None or contract.member_id != api.visitor().id:
        abort(404)
    return contract


def _show(contract: TopUpContract, problem: api.Refused | None = None) -> Any:
    page = api.render_public(
        "cashier/phone/contract.html",
        title=title_of(contract),
        contract=contract,
        terms=rows_of(contract),
        signed=say_signed(contract, purpose_of(contract.id), contract.store.time_zone),
        whole=is_whole(contract),
        ended=ends_of([contract]).get(contract.id, ""),
        paper=f"/cashier/contracts/{contract.id}.pdf",
        problem=problem,
    )
    return (page, problem.status) if problem else page
