"""The page that turns sessions of an earlier system into cards, and takes them back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.cards.admin.places import say
from plugins.cards.models import Intake, Item, Product
from plugins.cards.permissions import TAKE_IN
from plugins.cards.services.taking_in import (
    Found,
    check_day,
    find_sessions,
    items_to_become,
    take_in,
    undo_intake,
)

HOME = "/console/cards/intake/"


class IntakeView(api.AdminView):
    """Old names on the left, card products on the right; nothing is posted."""

    title, noun = _("Cards of an earlier system"), "intake"
    group, icon, order = "cards", "file-import", 40

    @api.page("/", needs=TAKE_IN)
    def index(self) -> Any:
        return self._show()

    @api.page("/", needs=TAKE_IN, methods=("POST",))
    def take(self) -> Any:
        """Say what would become of the old sessions, or make the cards."""
        _require_everywhere()
        found = find_sessions()
        chosen = _chosen(found)
        try:
            until_on = check_day(request.form.get("until_on", ""))
            if not request.form.get("sure"):
                return self._show(chosen=chosen, looked=True)
            intake = take_in(chosen, until_on)
        except api.Refused as refused:
            return self._show(chosen=chosen, problem=refused)
        say(api.ngettext("%(num)s card was made.", "%(num)s cards were made.", intake.cards))
        return redirect(HOME)

    @api.page("/<int:number>/undo", needs=TAKE_IN, methods=("POST",))
    def undo(self, number: int) -> Any:
        _require_everywhere()
        try:
            count = undo_intake(number)
        except api.Refused as refused:
            return self._show(problem=refused)
        say(api.ngettext("%(num)s card was taken back.", "%(num)s cards were taken back.", count))
        return redirect(HOME)

    def _show(
        self,
        *,
        chosen: dict[str, int] | None = None,
        looked: bool = False,
        problem: api.Refused | None = None,
    ) -> Any:
        found = find_sessions()
        chosen = _proposed(found) if chosen is None else chosen
        taken = [one for one in found if one.name in chosen]
        intakes = sa.select(Intake).order_by(Intake.id.desc()).limit(20)
        page = api.render(
            "cards/intake.html",
            view=self,
            found=found,
            items=items_to_become(),
            chosen=chosen,
            looked=looked and bool(taken),
            cards=sum(one.members for one in taken),
            sessions=sum(one.sessions for one in taken),
            intakes=api.db.session.scalars(intakes).all(),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page


def _require_everywhere() -> None:
    if not TAKE_IN.held_everywhere():
        raise api.Refused(_("Only who may do this in all stores can take cards in."))


def _proposed(found: list[Found]) -> dict[str, int]:
    """Propose the first item whose services or name are called like the old sessions."""
    rows = api.db.session.scalars(
        sa.select(Item).join(Product).where(Product.kind != "pass").order_by(Item.id)
    ).all()
    by_name: dict[str, int] = {}
    for item in rows:
        for name in (item.name, *(each.name for each in item.services)):
            by_name.setdefault(name, item.id)
    return {one.name: by_name[one.name] for one in found if one.name in by_name}


def _chosen(found: list[Found]) -> dict[str, int]:
    known = {str(number): number for number, _label in items_to_become()}
    sent = ((one.name, request.form.get(f"item-{place}", "")) for place, one in enumerate(found))
    return {name: known[text] for name, text in sent if text in known}
