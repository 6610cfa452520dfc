"""Pages of the member view: what she agreed to, a copy of her data, and its erasure."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, send_file
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.admin.standing import HOME, reach
from plugins.membership.models import CHANNELS, PURPOSES, Member
from plugins.membership.permissions import ERASE_MEMBERS, SEE_PRIVACY
from plugins.membership.services.consents import (
    consents_of,
    give_consent,
    texts_of,
    withdraw_consent,
    words_of,
)
from plugins.membership.services.copying import ask_copy, copies_of, find_copy
from plugins.membership.services.erasing import (
    WAIT,
    ask_erasure,
    open_erasure,
    what_she_has,
    withdraw_erasure,
)

#: How staff write a consent down; the phone writes its own.
BY_STAFF = tuple(channel for channel in CHANNELS if channel[0] in ("counter", "paper", "sms"))


class PrivacyPages:
    """The privacy centre of one member, for staff."""

    @api.page("/<int:number>/privacy", needs=SEE_PRIVACY)
    def privacy(self, number: int) -> Any:
        return self._show_privacy(reach(number, SEE_PRIVACY))

    @api.page("/<int:number>/consents", needs=SEE_PRIVACY, methods=("POST",))
    def put_consent(self, number: int) -> Any:
        member = reach(number, SEE_PRIVACY)
        purpose, channel = (request.form.get(key, "") for key in ("purpose", "channel"))
        if purpose not in dict(PURPOSES) or channel not in dict(BY_STAFF):
            return self._show_privacy(member, api.Refused(_("Choose how she said so.")))
        gives = request.form.get("act") == "give"
        try:
            (give_consent if gives else withdraw_consent)(number, purpose, channel=channel)
        except api.Refused as refused:
            return self._show_privacy(reach(number, SEE_PRIVACY), refused)
        said = api.gettext("Consent written down.")
        flash(said if gives else api.gettext("Withdrawal written down."), "success")
        return redirect(f"{HOME}{number}/privacy")

    @api.page("/<int:number>/copies", needs=SEE_PRIVACY, methods=("POST",))
    def make_copy(self, number: int) -> Response:
        ask_copy(reach(number, SEE_PRIVACY).id, "counter")
        flash(api.gettext("The copy is being made; it lies here in a moment."), "success")
        return redirect(f"{HOME}{number}/privacy")

    @api.page("/<int:number>/copies/<int:copy>", needs=SEE_PRIVACY)
    def fetch_copy(self, number: int, copy: int) -> Response:
        member = reach(number, SEE_PRIVACY)
        place = find_copy(member.id, copy)
        _note_fetched(member.id)
        return send_file(place, as_attachment=True, download_name=f"{member.number}.zip")

    @api.page("/<int:number>/erase", needs=ERASE_MEMBERS, methods=("POST",))
    def erase(self, number: int) -> Any:
        member = reach(number, ERASE_MEMBERS)
        waives = request.form.get("waives") == "1"
        try:
            ask_erasure(member.id, request.form.get("reason", ""), waives=waives)
        except api.Refused as refused:
            return self._show_privacy(reach(number, SEE_PRIVACY), refused)
        flash(api.gettext("A second person has to agree to the erasure now."), "success")
        return redirect(f"{HOME}{number}/privacy")

    @api.page("/<int:number>/erase/withdraw", needs=ERASE_MEMBERS, methods=("POST",))
    def keep(self, number: int) -> Response:
        withdraw_erasure(reach(number, ERASE_MEMBERS).id)
        flash(api.gettext("She stays; nothing will be erased."), "success")
        return redirect(f"{HOME}{number}/privacy")

    def _show_privacy(self, member: Member, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "membership/privacy.html",
            view=self,
            member=member,
            consents=consents_of(member.id),
            words=words_of(member.id),
            purposes=dict(PURPOSES),
            channels=dict(CHANNELS),
            by_staff=BY_STAFF,
            copies=copies_of(member.id),
            wish=open_erasure(member.id),
            has=what_she_has(member.id),
            days=WAIT.get(),
            may_erase=api.find_record(Member, member.id, ERASE_MEMBERS) is not None,
            texts={
                (text.purpose, text.version): text.shown
                for purpose, _label in PURPOSES
                for text in texts_of(purpose)
            },
            problem=problem,
        )
        return (page, problem.status) if problem else page


@api.unit
def _note_fetched(member_id: int) -> None:
    member = api.db.session.get_one(Member, member_id)
    title = _("Fetched a copy of a member's data")
    store_id = member.home_store_id
    api.record_audit("membership.copy_fetched", member, store_id=store_id, title=title)
