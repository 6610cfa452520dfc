"""Adding a member at the counter, and taking in one who is known in another store."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request

from console import api
from console.api import _
from plugins.membership.models import Member
from plugins.membership.permissions import ADD_MEMBERS, SEE_MEMBERS
from plugins.membership.services.filing import receive_member
from plugins.membership.services.finding import find_exactly
from plugins.membership.services.joining import (
    NewMember,
    PhoneTaken,
    Touch,
    add_member,
    touch_member,
)

HOME = "/console/membership/members/"
#: So few figures are no secret: who tries them all would learn whom other stores know.
TOO_FEW = 4


class AddingPages:
    """Pages of the member view: the quick form, and who is known elsewhere."""

    @api.page("/new/", needs=ADD_MEMBERS, methods=("GET", "POST"))
    def create_view(self) -> Any:
        """Show the quick form, or add the member that was entered."""
        if request.method == "GET":
            return self._show_adding()
        try:
            store = _chosen_store()
            name, phone = (request.form.get(key, "").strip() for key in ("name", "phone"))
            if not name:
                raise api.Refused(_("Enter a name."))
            touch = Touch("manual", store.id)
            member = add_member(NewMember(name[:80], store.id, phone or None, touch))
        except PhoneTaken as taken:
            return _open_existing(taken.member_id, store, request.form.get("phone", ""))
        except api.Refused as refused:
            return self._show_adding(problem=refused)
        flash(api.gettext("%(name)s is a member now.", name=member.name), "success")
        if request.form.get("_add_another"):
            return redirect(f"{HOME}new/")
        return redirect(f"{HOME}{member.id}/")

    @api.page("/elsewhere", needs=SEE_MEMBERS)
    def elsewhere(self) -> Any:
        text = request.args.get("q", "").strip()[:40]
        return api.render(
            "membership/elsewhere.html",
            view=self,
            text=text,
            found=found_elsewhere(text),
            stores=_stores(),
            chosen=api.actor().store_id,
        )

    @api.page("/elsewhere", needs=ADD_MEMBERS, methods=("POST",))
    def receive(self) -> Any:
        store = _chosen_store()
        text = request.form.get("q", "")
        wanted = request.form.get("member_id", "")
        member = next((m for m in found_elsewhere(text) if str(m.id) == wanted), None)
        if member is None:
            raise api.NotFound(_("No member of the chain has this phone or number."))
        receive_member(member.id, store.id)
        flash(
            api.gettext(
                "%(name)s is known in %(store)s from now on.", name=member.name, store=store.name
            ),
            "success",
        )
        return redirect(f"{HOME}{member.id}/")

    def _show_adding(self, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "membership/add.html",
            view=self,
            stores=_stores(),
            chosen=request.form.get("store_id") or str(api.actor().store_id or ""),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page


def found_elsewhere(text: str) -> list[Member]:
    """Return whom an exact phone or number finds in the chain but not in one's own stores."""
    figures = sum(map(str.isdigit, text))  # no phone, and no number of a member, is without one
    is_tail = figures == len(text.strip()) <= TOO_FEW
    if not figures or is_tail or SEE_MEMBERS.stores() is None:
        return []
    return [
        member
        for member in find_exactly(text)
        if api.find_record(Member, member.id, SEE_MEMBERS) is None
    ]


def _stores() -> list[api.Store]:
    return [
        store for store in api.visible_stores() if not store.closed and ADD_MEMBERS.held(store.id)
    ]


def _chosen_store() -> api.Store:
    stores = _stores()
    wanted = request.form.get("store_id", "")
    found = next((store for store in stores if str(store.id) == wanted), None)
    if found is None:
        raise api.Refused(_("Choose a store."))
    return found


def _open_existing(member_id: int, store: api.Store, phone: str) -> Any:
    """Open the file that exists already instead of making a second one."""
    if api.find_record(Member, member_id, SEE_MEMBERS) is None:
        flash(api.gettext("A member with this phone is known in another store."), "warning")
        return redirect(f"{HOME}elsewhere?q={phone.strip()}")
    touch_member(member_id, Touch("manual", store.id))
    flash(api.gettext("A member with this phone exists already: this is her file."), "warning")
    return redirect(f"{HOME}{member_id}/")
