"""Members' objections to what was taken from them: the list, and answering one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import redirect, request
from markupsafe import Markup

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.deductions import ANSWER_OBJECTIONS
from plugins.cashier.models import OUTCOMES, Objection
from plugins.cashier.services.objecting import HOME, answer_objection, find_deduction, is_unchanged
from plugins.cashier.services.signing import signatures_of
from plugins.ledger.api import AGREEMENTS


def _is_open(_operation: str, value: bool) -> sa.ColumnElement[bool]:
    return Objection.answered_at.is_(None) if value else Objection.answered_at.is_not(None)


class ObjectionAdmin(api.ModelAdmin):
    """What members say against what was taken from them, and what they were answered."""

    subject, noun = Objection, "objections"
    title, singular = _("Objections"), _("objection")
    icon, group, order = "message", "till", 55
    needs = {"view": ANSWER_OBJECTIONS, "export": ANSWER_OBJECTIONS}
    list_columns = (
        "at",
        "member_id",
        "store_id",
        "bill_id",
        "text",
        "outcome",
        "answered_at",
        "answered_by",
    )
    default_sort = "-at"
    filters = (
        api.Filter("open", _("Not answered yet"), "bool", where=_is_open),
        "store_id",
        "outcome",
        "at",
    )
    details = (
        "at",
        "member_id",
        "bill_id",
        "store_id",
        "text",
        "outcome",
        "answer",
        "answered_at",
        "answered_by",
    )
    empty_hint = _("Members object on their phones; what they say stands here.")

    def head(self, record: Any) -> Markup:
        return drawing.draw("_evidence.html", **_told(record))

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        if record.answered_at is not None:
            return []
        url = f"{HOME}{record.id}/answer"
        return [api.RecordAction(_("Answer"), url, ANSWER_OBJECTIONS, "GET")]

    @api.page("/<int:number>/answer", needs=ANSWER_OBJECTIONS)
    def ask(self, number: int) -> Any:
        return self._show(_reach(number))

    @api.page("/<int:number>/answer", needs=ANSWER_OBJECTIONS, methods=("POST",))
    def answer(self, number: int) -> Any:
        _reach(number)
        outcome, words = request.form.get("outcome", ""), request.form.get("answer", "")
        try:
            answer_objection(number, outcome, words)
        except api.Refused as refused:
            return self._show(_reach(number), refused)
        api.say_done(api.gettext("She can read the answer now."))
        return redirect(f"{HOME}{number}/")

    def _show(self, objection: Objection, problem: api.Refused | None = None) -> Any:
        told = _told(objection)
        deduction = told["deduction"]
        may_give = deduction is not None and (
            deduction.give_back is not None or not deduction.stands
        )
        page = api.render(
            "cashier/answer.html",
            view=self,
            outcomes=[one for one in OUTCOMES if one[0] != "given_back" or may_give],
            entered=request.form,
            problem=problem,
            home=HOME,
            **told,
        )
        return (page, problem.status) if problem else page


def _reach(number: int) -> Objection:
    found: Objection | None = api.find_record(Objection, number, ANSWER_OBJECTIONS)
    if found is None:
        raise api.NotFound(_("There is no such objection."))
    return found


def _told(objection: Objection) -> dict[str, Any]:
    """Return what is told of an objection: the evidence as it was kept, and whether it holds."""
    kept = objection.evidence
    arrival = kept.get("arrival")
    purpose = f"bill:{objection.bill_id}"
    return {
        "objection": objection,
        "evidence": kept,
        "what": api.thaw(objection.title),
        "deduction": find_deduction(objection.about),
        "agreed": AGREEMENTS.get(kept.get("agreed_by") or "", _("staff only")),
        "arrived_at": dt.datetime.fromisoformat(arrival["at"]) if arrival else None,
        "unchanged": is_unchanged(objection),
        "signatures": signatures_of(purpose) if objection.bill_id else [],
    }
