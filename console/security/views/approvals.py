"""Approvals: what waits for a second person, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask_login import current_user

from console import approval, words
from console.admin import Column, ModelAdmin, page, render
from console.approval import Approval
from console.db import db
from console.errors import Refused
from console.i18n import _, gettext
from console.security import signin
from console.security.permissions import USE_CONSOLE, VIEW_APPROVALS, Permission
from console.security.views.trail import write_subject


def write_titles(ids: Sequence[int]) -> Mapping[int, str]:
    """Return what is asked for by many requests."""
    rows = db.session.execute(sa.select(Approval.id, Approval.title).where(Approval.id.in_(ids)))
    return {number: words.thaw(title) for number, title in rows}


class Approvals(ModelAdmin):
    """What waits for a second person."""

    title = _("Approvals")
    noun = "approvals"
    icon = "check"
    order = 5
    subject = Approval
    needs = {"view": VIEW_APPROVALS}
    list_columns = (
        "asked_at",
        Column("what", _("Act"), load=write_titles, sortable=False),
        "asked_name",
        "reason",
        "state",
        "decided_name",
        "decided_at",
    )
    default_sort = "-asked_at"
    filters = ("state", "asked_at")
    search = ("asked_name", "reason")
    details = ("asked_at",)
    empty_hint = _("What needs a second person stands here until somebody decides.")

    def needed(self, endpoint: str) -> Permission | None:
        """Let whoever asked see her own request, though she may not see the others'."""
        return USE_CONSOLE if endpoint == "details_view" else super().needed(endpoint)

    @page("/<id>/", needs=USE_CONSOLE)
    def details_view(self, id: str) -> Any:
        """Show one request to those who may decide on it and to who asked."""
        return self._show(_get_visible(id))

    @page("/<id>/agree", needs=USE_CONSOLE, methods=("POST",))
    def agree(self, id: str) -> Any:
        """Agree, which does the act at once."""
        wanted, note = _get_visible(id), request.form.get("note", "")
        alone = wanted.asked_by == current_user.id
        number = int(wanted.id)
        try:
            if alone:
                password = request.form.get("password", "")
                signin.check_own_password(current_user.id, password, request.remote_addr or "")
            approval.agree(number, note=note, alone=alone)
        except Refused as problem:
            return self._show(_get_visible(id), str(problem)), problem.status
        flash(gettext("Agreed, and done."))
        return redirect(url_for(".details_view", id=number))

    @page("/<id>/decline", needs=USE_CONSOLE, methods=("POST",))
    def decline(self, id: str) -> Any:
        """Decline, or take one's own request back."""
        wanted = _get_visible(id)
        number = int(wanted.id)
        approval.decline(number, note=request.form.get("note", ""))
        flash(gettext("Declined. Nothing was changed."))
        return redirect(url_for(".details_view", id=number))

    def _show(self, wanted: Approval, problem: str = "") -> str:
        own = wanted.asked_by == current_user.id
        others = approval.others_who_decide(wanted)
        return render(
            "system/approval.html",
            view=self,
            request_=wanted,
            title_=words.thaw(wanted.title),
            subject=write_subject(wanted.subject_table, wanted.subject_id, wanted.subject_label),
            waiting=wanted.state == approval.WAITING,
            own=own,
            others=others,
            may_decide=approval.may_decide(wanted) and not (own and others),
            state=dict(approval.STATES)[wanted.state],
            problem=problem,
        )


def _get_visible(text: str) -> Approval:
    found = None
    if text.isascii() and text.isdigit() and len(text) < 19:
        found = db.session.get(Approval, int(text))
    if found is None:
        abort(404)
    if found.asked_by != current_user.id and not approval.may_decide(found):
        abort(404)
    return found
