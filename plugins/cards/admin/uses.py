"""The log of card consumption: each session that was used, and undoing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.cards.admin.places import reach, say, today_of
from plugins.cards.models import CardUse
from plugins.cards.permissions import CHANGE_CARDS, SEE_CARDS, UNDO_USES
from plugins.cards.services.using import undo_use

HOME = "/console/cards/uses/"


def _is_undone(_operation: str, value: bool) -> sa.ColumnElement[bool]:
    return CardUse.undone_at.is_not(None) if value else CardUse.undone_at.is_(None)


def _names(ids: Sequence[int]) -> Mapping[int, str]:
    rows = api.db.session.scalars(sa.select(CardUse).where(CardUse.id.in_(ids)))
    return {use.id: use.card.shown_name for use in rows}


class UseAdmin(api.ModelAdmin):
    """Each session that was used, with list and deal price, and how the member agreed."""

    subject, noun = CardUse, "uses"
    title, singular = _("Card consumption"), _("use")
    icon, group, order = "list-check", "cards", 25
    needs = {"view": SEE_CARDS, "export": CHANGE_CARDS}
    list_columns = (
        "at",
        "member_id",
        api.Column("card", _("Card"), load=_names),
        "service_id",
        "staff_id",
        "store_id",
        "list_fen",
        "deal_fen",
        "income_fen",
        "supplement_fen",
        "agreed_by",
        "by",
        "device",
        "undone_at",
    )
    default_sort = "-at"
    filters = (
        "used_on",
        "store_id",
        "staff_id",
        "service_id",
        "agreed_by",
        api.Filter("undone", _("Undone"), "bool", where=_is_undone),
    )
    details = (
        "at",
        "used_on",
        "member_id",
        "card_id",
        "service_id",
        "staff_id",
        "store_id",
        "person",
        "free",
        "list_fen",
        "deal_fen",
        "income_fen",
        "supplement_fen",
        "agreed_by",
        "by",
        "device",
        "undone_at",
        "undone_by",
        "undo_reason",
    )
    empty_hint = _("Each session that is used stands here.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        store = api.db.session.get_one(api.Store, record.store_id)
        if record.undone_at is not None or record.used_on != today_of(store):
            return []
        url = f"{HOME}{record.id}/undo"
        return [api.RecordAction(_("Undo use"), url, UNDO_USES, "GET", danger=True)]

    @api.page("/<int:number>/undo", needs=UNDO_USES)
    def ask_undo(self, number: int) -> Any:
        return self._show(reach(CardUse, number, UNDO_USES))

    @api.page("/<int:number>/undo", needs=UNDO_USES, methods=("POST",))
    def undo(self, number: int) -> Any:
        use = reach(CardUse, number, UNDO_USES)
        try:
            undo_use(use.id, request.form.get("reason", ""))
        except api.Refused as refused:
            return self._show(api.db.session.get_one(CardUse, number), refused)
        say(api.gettext("The session is hers again."))
        return redirect(f"{HOME}{number}/")

    def _show(self, use: CardUse, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "cards/undo_use.html", view=self, use=use, entered=request.form, problem=problem
        )
        return (page, problem.status) if problem else page
