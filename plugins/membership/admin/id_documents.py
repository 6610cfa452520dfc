"""The page on which a member's ID is noted, and by whom it is read."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from console import api
from plugins.membership.admin.standing import HOME, reach
from plugins.membership.models import DOCUMENTS, Member
from plugins.membership.permissions import NOTE_IDS, SEE_IDS
from plugins.membership.services.id_documents import id_of, kept_until, note_id, read_id


class IdPages:
    """Pages of the member view about her identity document."""

    @api.page("/<int:number>/id", needs=NOTE_IDS)
    def show_id(self, number: int) -> Any:
        return _show(self, reach(number, NOTE_IDS))

    @api.page("/<int:number>/id", needs=NOTE_IDS, methods=("POST",))
    def put_id(self, number: int) -> Any:
        member = reach(number, NOTE_IDS)
        try:
            note_id(number, request.form.get("kind", ""), request.form.get("number", "")[:40])
        except api.Refused as problem:
            return _show(self, member, problem=problem)
        api.say_done(api.gettext("The ID is noted."))
        return redirect(_back() or f"{HOME}{number}/id")

    @api.page("/<int:number>/id/show", needs=SEE_IDS, methods=("POST",))
    def read(self, number: int) -> Any:
        member = reach(number, SEE_IDS)
        try:
            whole = read_id(number, request.form.get("reason", ""))
        except api.Refused as problem:
            return _show(self, member, problem=problem)
        return _show(self, member, whole=whole)


def _show(
    view: object, member: Member, *, whole: str = "", problem: api.Refused | None = None
) -> Any:
    noted = id_of(member.id)
    page = api.render(
        "membership/id_document.html",
        view=view,
        member=member,
        noted=noted,
        documents=DOCUMENTS,
        kept_until=kept_until(noted).date() if noted else None,
        may_see=api.find_record(Member, member.id, SEE_IDS) is not None,
        whole=whole,
        entered=request.form,
        back=_back(),
        problem=problem,
    )
    return (page, problem.status) if problem else page


def _back() -> str:
    """Return the page of the console from which she came, such as the till's."""
    target = request.values.get("next", "")
    fits = target.startswith("/console/") and "//" not in target and "\\" not in target
    return target if fits else ""
