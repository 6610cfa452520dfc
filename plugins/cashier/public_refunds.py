"""A member's refund on her phone: she reads the sheet, and agrees or objects."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request

from console import api
from console.api import _
from plugins.cashier.models import REFUND_STEPS, Refund
from plugins.cashier.public_routes import routes
from plugins.cashier.services.agreeing import Proof, ProvenPin
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.refunding.answering import (
    LIVE,
    PURPOSE,
    agree_to_refund,
    object_to_refund,
)
from plugins.cashier.services.refunding.seven_days import ask_back, within_seven_days
from plugins.cashier.services.refunding.showing import show_sheet
from plugins.cashier.services.refunding.telling import sheet_page
from plugins.membership.api import Member, check_member_pin, has_pin
from plugins.messages.api import check_code, send_code

PAGES = (routes,)


@routes.get("/give-back", audience="visitor")
def show_give_back() -> Any:
    """Show what she may give back without a reason: bought first, less than seven days ago."""
    return _offer()


@routes.post("/give-back", audience="visitor")
def give_back() -> Any:
    """Make the sheet by which she gives it back, and lead her to it."""
    wanted, key = request.form.get("refundable", ""), request.form.get("key") or new_key()
    try:
        refund = ask_back(api.visitor().id, wanted, key=key)
    except api.Refused as problem:
        api.db.session.rollback()
        return _offer(problem)
    return redirect(f"/cashier/refund/{refund.id}")


def _offer(problem: api.Refused | None = None) -> Any:
    page = api.render_public(
        "cashier/phone/give_back.html",
        found=[(one, new_key()) for one in within_seven_days(api.visitor().id)],
        problem=problem,
    )
    return (page, problem.status) if problem else page


@routes.get("/refund/<int:number>", audience="visitor")
def show_refund(number: int) -> Any:
    """Show her how her refund is reckoned, and ask for her word."""
    return _show(_mine(number))


@routes.get("/refund/<int:number>/sheet.pdf", audience="visitor")
def show_refund_pdf(number: int) -> Any:
    """Hand her the sheet as a PDF."""
    refund = _mine(number)
    if not refund.sheet:
        abort(404)
    store = api.db.session.get_one(api.Store, refund.store_id).name
    # What draws PDFs takes a fifth of a second to load: no start waits for it.
    from plugins.cashier.services.refunding.paper import draw_sheet

    data = draw_sheet(refund, _member().name, store)
    named = {"Content-Disposition": f'inline; filename="{refund.number}.pdf"'}
    return Response(data, mimetype="application/pdf", headers=named)


@routes.post("/refund/<int:number>/code", audience="visitor")
def send_refund_code(number: int) -> Any:
    """Send her a code by SMS, to agree with."""
    refund = _mine(number)
    phone = _member().phone
    try:
        if not phone:
            raise api.Refused(_("We do not have your phone number. Please ask at the front desk."))
        api.db.session.rollback()
        send_code(phone, PURPOSE)
    except api.Refused as problem:
        return _show(_mine(number), problem)
    flash(api.gettext("The code is on its way."))
    return redirect(sheet_page(refund))


@routes.post("/refund/<int:number>/agree", audience="visitor")
def agree_refund(number: int) -> Any:
    """Keep that she agrees, proven by her PIN or by the code that was sent to her."""
    refund_id, member = _mine(number).id, _member()
    member_id, phone, known = member.id, member.phone, has_pin(member.id)
    try:
        api.db.session.rollback()
        proof: Proof
        if known:
            check_member_pin(member_id, request.form.get("pin", ""))
            proof = ProvenPin(member_id)
        else:
            proof = check_code(phone or "", PURPOSE, request.form.get("code", ""))
        agree_to_refund(refund_id, "pin" if known else "sms_code", proof)
    except api.Refused as problem:
        return _show(_mine(number), problem)
    flash(api.gettext("Thank you. The salon pays it out now."))
    return redirect(f"/cashier/refund/{refund_id}")


@routes.post("/refund/<int:number>/object", audience="visitor")
def object_refund(number: int) -> Any:
    """Keep what she says is wrong, and let the manager hear of it."""
    refund = _mine(number)
    try:
        object_to_refund(refund.id, request.form.get("words", ""))
    except api.Refused as problem:
        return _show(_mine(number), problem)
    flash(api.gettext("Thank you. The manager will look at it."))
    return redirect(f"/cashier/refund/{number}")


def _member() -> Member:
    return api.db.session.get_one(Member, api.visitor().id)


def _mine(number: int) -> Refund:
    refund = api.db.session.get(Refund, number)
    if refund is None or refund.member_id != api.visitor().id:
        abort(404)
    return refund


def _show(refund: Refund, problem: api.Refused | None = None) -> Any:
    page = api.render_public(
        "cashier/phone/refund.html",
        refund=refund,
        state=dict(REFUND_STEPS)[refund.state],
        shown=show_sheet(refund.sheet) if refund.sheet else None,
        live=refund.state in LIVE and bool(refund.sheet),
        has_pin=has_pin(refund.member_id or 0),
        problem=problem,
    )
    return (page, problem.status) if problem else page
