"""What a proven phone leads to: a card, or a clear word that staff will look into it."""

from __future__ import annotations

from urllib.parse import quote

from flask import flash, redirect
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.models import SOURCES
from plugins.membership.public import touches, wizard
from plugins.membership.public.routes import sign_in
from plugins.membership.services.binding import (
    Outcome,
    apply_for_card,
    bind_card,
    change_own_phone,
)
from plugins.membership.services.consents import give_consent
from plugins.messages.api import ProvenPhone, use_code


def finish(step: wizard.Step, proven: ProvenPhone | None = None) -> Response:
    """Do what a phone was proven for, and lead on; the code is used up in the same unit."""
    if step.act == "apply":
        response = _apply(step, proven)
    elif step.act == "bind":
        response = _bind(step, proven)
    else:
        response = _change_phone(step, proven)
    wizard.forget()
    return response


def _apply(step: wizard.Step, proven: ProvenPhone | None) -> Response:
    outcome = _join(step, proven)
    if outcome.member_id is None:
        return _ask(outcome, step)
    if outcome.is_new:
        flash(api.gettext("Welcome! This is your member card."), "success")
    else:
        flash(api.gettext("You are a member already: this is your card."), "success")
    return _enter(outcome.member_id, step)


@api.unit
def _join(step: wizard.Step, proven: ProvenPhone | None) -> Outcome:
    _use(proven)
    outcome = apply_for_card(step.phone, step.store_id, touches.scanned(), _source(step.target))
    if outcome.member_id is not None:
        give_consent(outcome.member_id, "service", channel="phone")
        if step.marketing:
            give_consent(outcome.member_id, "marketing", channel="phone")
    if outcome.member_id is not None and outcome.is_new:
        touches.count_join()
    return outcome


def _source(target: str) -> str:
    """Return by what she joins: the plugin whose page she asked for, if that is a way to join."""
    asked = target.lstrip("/").partition("/")[0]
    return asked if asked in dict(SOURCES) else "wechat"


def _bind(step: wizard.Step, proven: ProvenPhone | None) -> Response:
    outcome = _find(step, proven)
    if outcome.member_id is None:
        return _ask(outcome, step)
    flash(api.gettext("Your card is bound to this phone."), "success")
    return _enter(outcome.member_id, step)


@api.unit
def _find(step: wizard.Step, proven: ProvenPhone | None) -> Outcome:
    _use(proven)
    latest = touches.latest()
    return bind_card(step.phone, step.number, latest.store_id if latest else None)


def _change_phone(step: wizard.Step, proven: ProvenPhone | None) -> Response:
    visitor = api.find_visitor()
    if visitor is None or visitor.id != step.member_id:
        raise api.Conflict(_("Your phone was changed in the meantime. Begin again."))
    outcome = _replace(step, proven)
    if outcome.member_id is None:
        return _ask(outcome, step)
    flash(api.gettext("Your phone was changed. Elsewhere your card is shut."), "success")
    return _enter(outcome.member_id, step)


@api.unit
def _replace(step: wizard.Step, proven: ProvenPhone | None) -> Outcome:
    _use(proven)
    return change_own_phone(step.member_id, step.phone, step.former)


def _use(proven: ProvenPhone | None) -> None:
    if proven is not None:
        use_code(proven)


def _enter(member_id: int, step: wizard.Step) -> Response:
    wizard.forget_proven()
    response = sign_in(member_id, step.target)
    touches.forget(response)
    return response


def _ask(outcome: Outcome, step: wizard.Step) -> Response:
    wizard.note_proven(step.phone)
    return redirect(f"/membership/unclear?why={outcome.reason}&next={quote(step.target)}")
