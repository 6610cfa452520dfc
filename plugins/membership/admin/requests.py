"""Phones that could not be bound to a card: staff find out whose they are."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.admin.drawing import draw
from plugins.membership.models import CardRequest, Member
from plugins.membership.permissions import EDIT_MEMBERS
from plugins.membership.services.requests import candidates_of, settle_request

HOME = "/console/membership/requests/"


class CardRequestAdmin(api.ModelAdmin):
    """What somebody proved her phone for, and which files may be hers."""

    subject, noun = CardRequest, "requests"
    title, singular = _("Card requests"), _("request")
    icon, group, order = "device-mobile", "members", 45
    needs = {"view": EDIT_MEMBERS}
    list_columns = ("asked_at", "phone", "reason", "number", "store_id", "done_at", "member_id")
    filters = ("reason", "store_id", "asked_at", "done_at")
    default_sort = "-asked_at"
    details = ("phone", "reason", "number", "store_id", "asked_at", "done_at", "done_by")
    empty_hint = _("Who binds her card without success stands here, and in the inbox.")

    def panels(self, record: Any) -> list[api.Panel]:
        if record.done_at is not None:
            return []
        found = candidates_of(record)
        near = [m for m in found if api.find_record(Member, m.id, EDIT_MEMBERS) is not None]
        html = draw(
            "_request.html",
            request_id=record.id,
            members=near,
            elsewhere=len(found) - len(near),
            mask=lambda m: api.draw_masked(
                m.phone, "phone", model=Member, record_id=m.id, column="phone"
            ),
        )
        return [api.Panel(_("Whose card is it?"), html, 10)]

    @api.page("/<int:number>/settle", needs=EDIT_MEMBERS, methods=("POST",))
    def settle(self, number: int) -> Response:
        """Give a member the phone that was proven, or drop the request."""
        if api.find_record(CardRequest, number, EDIT_MEMBERS) is None:
            abort(404)
        chosen = request.form.get("member_id", "")
        member_id = int(chosen) if chosen.isascii() and chosen.isdecimal() else None
        if member_id is not None and api.find_record(Member, member_id, EDIT_MEMBERS) is None:
            abort(404)
        try:
            settle_request(number, member_id)
        except api.Refused as problem:
            flash(str(problem), "error")
            return redirect(f"{HOME}{number}/")
        if member_id is None:
            flash(api.gettext("The request is closed."), "success")
            return redirect(HOME)
        flash(api.gettext("The phone is hers now; she can bind her card."), "success")
        return redirect(f"/console/membership/members/{member_id}/")
