"""Members' objections to sessions: the list, and answering one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.cards.admin.places import reach, say
from plugins.cards.models import OUTCOMES, Objection
from plugins.cards.permissions import ANSWER_OBJECTIONS
from plugins.cards.services.objecting import answer_objection
from plugins.ledger.api import AGREEMENTS

HOME = "/console/cards/objections/"


def _is_open(_operation: str, value: bool) -> sa.ColumnElement[bool]:
    return Objection.answered_at.is_(None) if value else Objection.answered_at.is_not(None)


class ObjectionAdmin(api.ModelAdmin):
    """What members say against sessions that were taken, and what they were answered."""

    subject, noun = Objection, "objections"
    title, singular = _("Objections"), _("objection")
    icon, group, order = "message", "cards", 27
    needs = {"view": ANSWER_OBJECTIONS, "export": ANSWER_OBJECTIONS}
    list_columns = ("at", "member_id", "store_id", "text", "outcome", "answered_at", "answered_by")
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
        "use_id",
        "store_id",
        "text",
        "outcome",
        "answer",
        "answered_at",
        "answered_by",
    )
    empty_hint = _("Members object to a session on their phones; what they say stands here.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        if record.answered_at is not None:
            return []
        url = f"{HOME}{record.id}/answer"
        return [api.RecordAction(_("Answer"), url, ANSWER_OBJECTIONS, "GET")]

    @api.page("/<int:number>/answer", needs=ANSWER_OBJECTIONS)
    def ask(self, number: int) -> Any:
        return self._show(reach(Objection, number, ANSWER_OBJECTIONS))

    @api.page("/<int:number>/answer", needs=ANSWER_OBJECTIONS, methods=("POST",))
    def answer(self, number: int) -> Any:
        reach(Objection, number, ANSWER_OBJECTIONS)
        try:
            answer_objection(
                number, request.form.get("outcome", ""), request.form.get("answer", "")
            )
        except api.Refused as refused:
            return self._show(reach(Objection, number, ANSWER_OBJECTIONS), refused)
        say(api.gettext("She can read the answer now."))
        return redirect(f"{HOME}{number}/")

    def _show(self, objection: Objection, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "cards/answer.html",
            view=self,
            objection=objection,
            use=objection.use,
            agreed=AGREEMENTS.get(objection.use.agreed_by, objection.use.agreed_by),
            outcomes=OUTCOMES,
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page
