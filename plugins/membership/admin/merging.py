"""Pages of the member view: files that may be hers too, merging, and undoing it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.ledger.api import handed_in, show_kind
from plugins.ledger.api import show_amount as write_amount
from plugins.membership.admin.standing import HOME, reach
from plugins.membership.models import Member, Merge
from plugins.membership.permissions import MERGE_MEMBERS, SEE_MEMBERS
from plugins.membership.services.contents import contents_of
from plugins.membership.services.duplicates import dismiss_pair, duplicates_of, recall_pair
from plugins.membership.services.facts import BINDING, CHOICES, choices_of
from plugins.membership.services.finding import find_exactly
from plugins.membership.services.likeness import say_reasons
from plugins.membership.services.merging import (
    kept_file_of,
    merge_members,
    undo_merge,
    why_not_undo,
)


class MergingPages:
    """A member's duplicates, the preview of a merge, the merge, and its undoing."""

    @api.page("/<id>/", needs=SEE_MEMBERS)
    def details_view(self, id: str) -> Any:
        """Show one member; a file that was merged leads to the one that was kept."""
        kept = _leads_to(id)
        if kept is None:
            return api.ModelAdmin.details_view(self, id)
        text = api.gettext("This file was merged into the one of %(name)s.", name=kept.name)
        flash(text, "warning")
        return redirect(f"{HOME}{kept.id}/")

    @api.page("/<int:number>/duplicates", needs=MERGE_MEMBERS)
    def duplicates(self, number: int) -> Any:
        member = reach(number, MERGE_MEMBERS)
        asked = request.args.get("q", "").strip()[:40]
        found = [
            one
            for one in (find_exactly(asked) if asked else ())
            if one.id != number and api.find_record(Member, one.id, MERGE_MEMBERS) is not None
        ]
        candidates = [
            one
            for one in duplicates_of(member)
            if api.find_record(Member, one.member.id, MERGE_MEMBERS) is not None
        ]
        return api.render(
            "membership/duplicates_of.html",
            view=self,
            member=member,
            candidates=candidates,
            asked=asked,
            found=found,
            say=say_reasons,
            phone=_phone,
        )

    @api.page(
        "/<int:number>/duplicates/<int:other>/dismiss", needs=MERGE_MEMBERS, methods=("POST",)
    )
    def dismiss(self, number: int, other: int) -> Response:
        for each in (number, other):
            reach(each, MERGE_MEMBERS)
        dismiss_pair(number, other)
        undo = f"{HOME}{number}/duplicates/{other}/recall"
        text = api.gettext("Remembered: these are two people.")
        api.say_done(text, undo)
        return redirect(_back_to(number))

    @api.page("/<int:number>/duplicates/<int:other>/recall", needs=MERGE_MEMBERS, methods=("POST",))
    def recall(self, number: int, other: int) -> Response:
        for each in (number, other):
            reach(each, MERGE_MEMBERS)
        recall_pair(number, other)
        flash(api.gettext("These may be one person again."), "success")
        return redirect(_back_to(number))

    @api.page("/<int:number>/merge/<int:other>", needs=MERGE_MEMBERS)
    def preview_merge(self, number: int, other: int) -> Any:
        if kept_file_of(other) == number != other:
            return self._already(number)
        return self._show_merge(number, other)

    @api.page("/<int:number>/merge/<int:other>", needs=MERGE_MEMBERS, methods=("POST",))
    def merge(self, number: int, other: int) -> Any:
        if kept_file_of(other) == number != other:
            return self._already(number)
        for each in (number, other):
            reach(each, MERGE_MEMBERS)
        try:
            merge_members(number, other, _choices(), _versions())
        except api.Refused as refused:
            return self._show_merge(number, other, refused)
        name = api.db.session.get_one(Member, number).name
        text = api.gettext("Two files are one now: %(name)s. It can be undone here.", name=name)
        flash(text, "success")
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/unmerge/<int:merge>", needs=MERGE_MEMBERS)
    def preview_undo(self, number: int, merge: int) -> Any:
        return self._show_undo(number, merge)

    @api.page("/<int:number>/unmerge/<int:merge>", needs=MERGE_MEMBERS, methods=("POST",))
    def undo(self, number: int, merge: int) -> Any:
        found = _reach_merge(number, merge)
        other = found.gone_id
        try:
            undo_merge(merge)
        except api.Refused as refused:
            return self._show_undo(number, merge, refused)
        flash(api.gettext("The merge was undone. This is the other file."), "success")
        return redirect(f"{HOME}{other}/")

    def _already(self, number: int) -> Response:
        reach(number, MERGE_MEMBERS)
        flash(api.gettext("These two files are one already."), "info")
        return redirect(f"{HOME}{number}/")

    def _show_merge(self, number: int, other: int, problem: api.Refused | None = None) -> Any:
        kept, gone = reach(number, MERGE_MEMBERS), reach(other, MERGE_MEMBERS)
        contents = contents_of(number), contents_of(other)
        choices = choices_of(kept, gone)
        asked = {str(choice.label) for choice in choices}
        page = api.render(
            "membership/merge.html",
            view=self,
            stays=kept,
            goes=gone,
            choices=choices,
            chosen=_choices(),
            labels=[each for each in contents[0] | contents[1] if each not in asked],
            contents=contents,
            problem=problem,
            mask=api.mask,
        )
        return (page, problem.status) if problem else page

    def _show_undo(self, number: int, merge: int, problem: api.Refused | None = None) -> Any:
        found = _reach_merge(number, merge)
        accounts = handed_in(found.journal_id) if found.journal_id else ()
        page = api.render(
            "membership/unmerge.html",
            view=self,
            merge=found,
            stays=reach(number, MERGE_MEMBERS),
            other=found.before["gone"]["name"],
            accounts=[row for row in accounts if row.debits != row.credits],
            objection=why_not_undo(found),
            amount=write_amount,
            kind=show_kind,
            problem=problem,
        )
        return (page, problem.status) if problem else page


def _leads_to(text: str) -> Member | None:
    """Return the file that was kept, when an address names one that went into it."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    kept_id = kept_file_of(int(text))
    if kept_id == int(text):
        return None
    found: Member | None = api.find_record(Member, kept_id, SEE_MEMBERS)
    return found


def _reach_merge(number: int, merge_id: int) -> Merge:
    reach(number, MERGE_MEMBERS)
    merge = api.db.session.get(Merge, merge_id)
    if merge is None or merge.kept_id != number:
        raise api.NotFound(_("There is no such merge."))
    return merge


def _choices() -> dict[str, str]:
    given = {name: request.form.get(f"choice_{name}", "") for name in (*CHOICES, BINDING)}
    return {name: side for name, side in given.items() if side in ("kept", "gone")}


def _versions() -> tuple[int, int]:
    """Return the versions that the person saw; what is no number was never one."""
    seen = [request.form.get(f"{side}_version", "") for side in ("kept", "gone")]
    first, second = (int(text) if text.isdecimal() and len(text) < 18 else 0 for text in seen)
    return first, second


def _back_to(number: int) -> str:
    listed = request.args.get("from") == "list"
    return "/console/membership/duplicates/" if listed else f"{HOME}{number}/duplicates"


def _phone(member: Member) -> Any:
    return api.draw_masked(member.phone, "phone", model=Member, record_id=member.id, column="phone")
