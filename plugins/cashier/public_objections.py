"""On a member's phone: she objects to what was taken from her, and reads the answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import abort, redirect, request

from console import api
from plugins.cashier.deductions import Deduction
from plugins.cashier.public_routes import routes
from plugins.cashier.services.objecting import (
    digest_of,
    evidence_of,
    find_deduction,
    is_unchanged,
    may_object,
    object_to,
    objections_to,
    page_of,
)
from plugins.ledger.api import AGREEMENTS, heir_of, prove_member

PAGES = (routes,)


@routes.get("/object/<kind>/<int:number>", audience="visitor")
def ask_objection(kind: str, number: int) -> Any:
    """Show what was taken and how she agreed, and ask what is wrong with it."""
    return _show(_mine(kind, number))


@routes.post("/object/<kind>/<int:number>", audience="visitor")
def put_objection(kind: str, number: int) -> Any:
    """Write her objection down; the manager answers it."""
    about = _mine(kind, number).about
    text = request.form.get("text", "")
    api.db.session.rollback()
    try:
        object_to(about, api.visitor().id, text)
    except api.Refused as refused:
        return _show(_mine(kind, number), refused)
    return redirect(page_of(about))


@routes.get("/check", audience="visitor")
def check() -> Any:
    """Compute the chain of hashes behind her cards and balance anew, and say whether it holds."""
    return api.render_public("cashier/phone/check.html", proof=prove_member(api.visitor().id))


def _mine(kind: str, number: int) -> Deduction:
    found = find_deduction(f"{kind}:{number}")
    if found is None or heir_of(found.member_id) != heir_of(api.visitor().id):
        abort(404)
    return found


def _show(deduction: Deduction, problem: api.Refused | None = None) -> Any:
    objection = objections_to([deduction.about]).get(deduction.about)
    store = api.db.session.get_one(api.Store, deduction.store_id)
    evidence = objection.evidence if objection else evidence_of(deduction)
    arrival = evidence.get("arrival")
    page = api.render_public(
        "cashier/phone/object.html",
        deduction=deduction,
        what=api.thaw(dict(deduction.title)),
        store=store,
        agreed=AGREEMENTS.get(deduction.agreed_by or "", AGREEMENTS["staff_only"]),
        arrived_at=dt.datetime.fromisoformat(arrival["at"]) if arrival else None,
        objection=objection,
        unchanged=objection is None or is_unchanged(objection),
        fingerprint=objection.digest if objection else digest_of(evidence),
        open=may_object(deduction, objection),
        text=request.form.get("text", ""),
        problem=problem,
    )
    return (page, problem.status) if problem else page
