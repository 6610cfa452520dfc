"""Approvals: acts that wait until a second person agrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped

from console import audit, clock, inbox, words
from console.db import Model, column, db, in_store
from console.errors import Conflict, NotFound, Refused
from console.i18n import _
from console.security.actors import actor
from console.security.models import User
from console.security.permissions import Permission
from console.unit import unit

WAITING, AGREED, DECLINED = "waiting", "agreed", "declined"
STATES = ((WAITING, _("Waiting")), (AGREED, _("Agreed")), (DECLINED, _("Declined")))
LONGEST_REASON = 500

_kinds: dict[str, ApprovalKind] = {}


@dataclass(frozen=True)
class ApprovalKind:
    """A kind of act that waits for a second person who holds *needs*.

    *apply* gets the payload and does the act, in the unit of the decision; raising `Refused`
    leaves the request waiting. Make it at import, so that the decision finds it again.
    """

    key: str
    title: Any
    needs: Permission
    apply: Callable[[dict[str, Any]], None]

    def __post_init__(self) -> None:
        _kinds[self.key] = self


class Approval(Model):
    """One act that was asked for, and what became of it."""

    __tablename__ = "console_approval"
    scope = in_store()
    id: Mapped[int] = column(_("Number"), primary_key=True)
    kind: Mapped[str] = column(_("Kind"), index=True)
    title: Mapped[dict[str, Any]] = column(_("Act"))
    payload: Mapped[dict[str, Any]] = column(_("Details"))
    reason: Mapped[str] = column(_("Reason"))
    subject_table: Mapped[str] = column(_("Subject"))
    subject_id: Mapped[int | None] = column(_("Number"))
    subject_label: Mapped[str] = column(_("Subject"))
    store_id: Mapped[int | None] = column(_("Store"), sa.ForeignKey("console_store.id"))
    asked_by: Mapped[int | None] = column(_("Asked by"), sa.ForeignKey("console_user.id"))
    asked_name: Mapped[str] = column(_("Asked by"))
    asked_at: Mapped[dt.datetime] = column(_("Asked at"), index=True)
    state: Mapped[str] = column(_("State"), choices=STATES, index=True)
    decided_by: Mapped[int | None] = column(_("Decided by"), sa.ForeignKey("console_user.id"))
    decided_name: Mapped[str] = column(_("Decided by"), default="")
    decided_at: Mapped[dt.datetime | None] = column(_("Decided at"))
    #: Why it was declined, or why the person who asked decided by herself.
    note: Mapped[str] = column(_("Note"), default="")


@unit
def ask_approval(
    kind: ApprovalKind,
    payload: dict[str, Any],
    *,
    reason: str,
    subject: Model | None = None,
    store_id: int | None = None,
) -> int:
    """Ask for approval of an act; return the number of the request.

    What has a `key` in its *payload* is asked for once, however often its form is sent.
    """
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    if (known := _asked_before(kind, payload)) is not None:
        return known
    who = actor()
    place = store_id or getattr(subject, "store_id", None) or who.store_id
    request = Approval(
        kind=kind.key,
        title=words.freeze(kind.title),
        payload=payload,
        reason=reason.strip()[:LONGEST_REASON],
        **_reference(subject),
        store_id=place,
        asked_by=who.user_id,
        asked_name=who.name,
        asked_at=clock.now(),
        state=WAITING,
    )
    db.session.add(request)
    db.session.flush()
    audit.record("ask_approval", subject, after=payload, note=request.reason, store_id=place)
    inbox.notify(
        _("%(name)s asks for approval: %(act)s", name=who.name, act=kind.title),
        request.reason,
        url=f"/console/system/approvals/{request.id}",
        store_id=place,
        permission=kind.needs,
        todo=True,
        key=f"approval {request.id}",
    )
    return int(request.id)


def _asked_before(kind: ApprovalKind, payload: dict[str, Any]) -> int | None:
    key = payload.get("key")
    same = sa.select(Approval.id).where(Approval.kind == kind.key)
    found: int | None = None
    if key:
        found = db.session.scalar(same.where(Approval.payload["key"].as_string() == key).limit(1))
    return found


def _reference(subject: Model | None) -> dict[str, Any]:
    return {
        "subject_table": subject.__tablename__ if subject is not None else "",
        "subject_id": subject.id if subject is not None else None,
        "subject_label": audit.label_of(subject),
    }


@unit
def agree(approval_id: int, *, note: str = "", alone: bool = False) -> None:
    """Agree to an act, which is done in the same unit.

    *alone* says that the person who asked has given her own password, because nobody else
    could decide.
    """
    request, kind = _for_decision(approval_id)
    if request.asked_by == actor().user_id:
        if others_who_decide(request):
            raise Refused(_("Somebody else must decide on what you asked for."))
        if not alone or not note.strip():
            raise Refused(_("Nobody else can decide: give your password and a reason."))
    _decide(request, AGREED, note)
    kind.apply(dict(request.payload))


@unit
def decline(approval_id: int, *, note: str = "") -> None:
    """Decline an act, or take back what one asked for oneself."""
    request, _kind = _for_decision(approval_id)
    _decide(request, DECLINED, note)


def state_of(approval_id: int) -> str | None:
    """Return "waiting", "agreed" or "declined"; None when there is no such request."""
    found: str | None = db.session.scalar(
        sa.select(Approval.state).where(Approval.id == approval_id)
    )
    return found


def may_decide(request: Approval) -> bool:
    """Tell whether who acts holds what deciding on a request needs."""
    kind = find_kind(request.kind)
    return kind is not None and kind.needs.held(request.store_id)


def others_who_decide(request: Approval) -> list[User]:
    """Return who could decide on a request besides the person who asked."""
    kind = find_kind(request.kind)
    if kind is None:
        return []
    people = db.session.scalars(
        sa.select(User).where(User.active, User.id != request.asked_by).order_by(User.name)
    )
    return [each for each in people if kind.needs.held_by(each.id, request.store_id)]


def find_kind(key: str) -> ApprovalKind | None:
    """Return a kind of approval, unless its plugin is switched off or gone."""
    kind = _kinds.get(key)
    host = current_app.extensions["console"]
    plugin = key.partition(".")[0]
    return kind if kind and (plugin == "console" or host.is_active(plugin)) else None


def _for_decision(approval_id: int) -> tuple[Approval, ApprovalKind]:
    request = db.session.get(Approval, approval_id, with_for_update=True)
    kind = find_kind(request.kind) if request is not None else None
    if request is None or kind is None:
        raise NotFound(_("There is no such request."))
    if not kind.needs.held(request.store_id) and request.asked_by != actor().user_id:
        raise NotFound(_("There is no such request."))
    if request.state != WAITING:
        raise Conflict(_("%(name)s has decided on this already.", name=request.decided_name))
    return request, kind


def _decide(request: Approval, state: str, note: str) -> None:
    who = actor()
    if state == AGREED and not may_decide(request):
        raise Refused(_("You may not decide on this."))
    request.state, request.note = state, note.strip()[:LONGEST_REASON]
    request.decided_by, request.decided_name = who.user_id, who.name
    request.decided_at = clock.now()
    audit.record(
        "agree_to_approval" if state == AGREED else "decline_approval",
        request,
        after=request.payload,
        note=request.note,
        store_id=request.store_id,
    )
    inbox.settle(f"approval {request.id}")
    if request.asked_by and request.asked_by != who.user_id:
        said = _("%(name)s agreed", name=who.name) if state == AGREED else None
        inbox.notify(
            said or _("%(name)s declined", name=who.name),
            request.note,
            url=f"/console/system/approvals/{request.id}",
            user_id=request.asked_by,
        )
