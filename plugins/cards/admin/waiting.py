"""At the counter while a member confirms the use of a session on her phone."""

from __future__ import annotations

from typing import Any

from flask import redirect

from console import api
from console.api import _
from plugins.cards.admin.places import reach, say
from plugins.cards.permissions import USE_SESSIONS
from plugins.cards.services.alone import ALONE, ask_again, leave_alone
from plugins.cashier.api import Bill, Confirmation, last_question, lines_of
from plugins.membership.api import Member

WAITING = "/console/cards/counter/waiting/"


class WaitingPages:
    """The pages of the counter that have to do with the member's phone."""

    @api.page("/waiting/<int:number>", needs=USE_SESSIONS)
    def waiting(self, number: int) -> Any:
        """Show what the member is asked, and what became of it."""
        return api.render("cards/waiting.html", view=self, **_told(number))

    @api.page("/waiting/<int:number>/state", needs=USE_SESSIONS)
    def waiting_state(self, number: int) -> Any:
        """Answer the page that waits: the same part, or the whole page once she answered."""
        told = _told(number)
        if told["state"] != "asked":
            return redirect(f"{WAITING}{number}")
        return api.render("cards/_waiting.html", **told)

    @api.page("/waiting/<int:number>/again", needs=USE_SESSIONS, methods=("POST",))
    def again(self, number: int) -> Any:
        """Ask her once more."""
        bill, _asked, _state = _find(number)
        try:
            ask_again(bill)
        except api.Refused as problem:
            return self._refuse(number, problem)
        return redirect(f"{WAITING}{number}")

    @api.page("/waiting/<int:number>/leave", needs=USE_SESSIONS, methods=("POST",))
    def leave(self, number: int) -> Any:
        """Take the question back and use nothing."""
        bill, _asked, _state = _find(number)
        member_id = bill.member_id
        try:
            leave_alone(number)
        except api.Refused as problem:
            return self._refuse(number, problem)
        say(api.gettext("Nothing was used."))
        return redirect(f"/console/cards/counter/{member_id}/use")

    def _refuse(self, number: int, problem: api.Refused) -> Any:
        api.db.session.rollback()
        page = api.render("cards/waiting.html", view=self, problem=problem, **_told(number))
        return page, problem.status


def _find(number: int) -> tuple[Bill, Confirmation, str]:
    """Return a bill that waits for a member's word at a counter within reach, and how it stands."""
    bill = reach(Bill, number, USE_SESSIONS)
    asked = last_question(bill) if bill.key.startswith(ALONE) else None
    if asked is None:
        raise api.NotFound(_("There is no such question."))
    return bill, *asked


def _told(number: int) -> dict[str, Any]:
    bill, asked, state = _find(number)
    return {
        "bill": bill,
        "asked": asked,
        "state": "void" if bill.state == "void" else state,
        "member": api.db.session.get_one(Member, bill.member_id),
        "lines": lines_of(bill.id),
        "translate": api.translate,
    }
