"""What staff do with a member's stored value: freeze, replace, PIN, adjust, transfer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.ledger.api import Entry, salon
from plugins.membership.admin.recharging import form_key, means_in, store_here
from plugins.membership.admin.standing import HOME, reach
from plugins.membership.counter import FeeAsked, counter_of
from plugins.membership.models import Member
from plugins.membership.permissions import (
    ADJUST_VALUE,
    HOLD_VALUE,
    SEE_MEMBERS,
    SELL_RECHARGES,
)
from plugins.membership.services.adjusting import ask_adjustment
from plugins.membership.services.agreeing import WAYS, prove, use_up
from plugins.membership.services.finding import find_exactly
from plugins.membership.services.holding import freeze_value, hold_of, unfreeze_value
from plugins.membership.services.pins import has_pin, set_member_pin
from plugins.membership.services.purses import purses_of, say_rates
from plugins.membership.services.recharging import say_bars
from plugins.membership.services.replacing import FEE, FINDABLE, replace_card
from plugins.membership.services.transferring import transfer_value, was_transferred

#: The acts of the page, and what each needs.
ACTS = {
    "freeze": HOLD_VALUE,
    "replace": HOLD_VALUE,
    "pin": HOLD_VALUE,
    "adjust": ADJUST_VALUE,
    "transfer": ADJUST_VALUE,
}


class ValuePages:
    """Pages of the member view about her stored value."""

    @api.page("/<int:number>/value", needs=SEE_MEMBERS)
    def show_value(self, number: int) -> Any:
        member = reach(number, SEE_MEMBERS)
        may = {act for act, needs in ACTS.items() if _may(member, needs)}
        return api.render(
            "membership/value.html",
            view=self,
            member=member,
            purses=purses_of(member.id),
            hold=hold_of(member.id),
            has_pin=has_pin(member.id),
            say_rates=say_rates,
            say_bars=say_bars,
            may=may | ({"recharge"} if _may(member, SELL_RECHARGES) else set()),
        )

    @api.page("/<int:number>/value/freeze", needs=HOLD_VALUE)
    def ask_hold(self, number: int) -> Any:
        return _form(self, "freeze", number)

    @api.page("/<int:number>/value/freeze", needs=HOLD_VALUE, methods=("POST",))
    def hold(self, number: int) -> Any:
        reason = request.form.get("reason", "")
        done = api.gettext("Her stored value is frozen.")
        return _try(self, "freeze", number, lambda _member: freeze_value(number, reason), done)

    @api.page("/<int:number>/value/unfreeze", needs=HOLD_VALUE, methods=("POST",))
    def free(self, number: int) -> Response:
        reach(number, HOLD_VALUE)
        unfreeze_value(number)
        api.say_done(api.gettext("Her stored value is no longer frozen."))
        return redirect(f"{HOME}{number}/value")

    @api.page("/<int:number>/value/replace", needs=HOLD_VALUE)
    def ask_replace(self, number: int) -> Any:
        return _form(self, "replace", number)

    @api.page("/<int:number>/value/replace", needs=HOLD_VALUE, methods=("POST",))
    def replace(self, number: int) -> Any:
        done = api.gettext("She has a new number.")
        return _try(self, "replace", number, _replace, done)

    @api.page("/<int:number>/value/pin", needs=HOLD_VALUE)
    def ask_pin(self, number: int) -> Any:
        return _form(self, "pin", number)

    @api.page("/<int:number>/value/pin", needs=HOLD_VALUE, methods=("POST",))
    def put_pin(self, number: int) -> Any:
        return _try(self, "pin", number, _set_pin, api.gettext("Her PIN is set."))

    @api.page("/<int:number>/value/adjust", needs=ADJUST_VALUE)
    def ask_adjust(self, number: int) -> Any:
        return _form(self, "adjust", number)

    @api.page("/<int:number>/value/adjust", needs=ADJUST_VALUE, methods=("POST",))
    def adjust(self, number: int) -> Any:
        done = api.gettext("Asked for. It is done when a second person agrees.")
        return _try(self, "adjust", number, _adjust, done)

    @api.page("/<int:number>/value/transfer", needs=ADJUST_VALUE)
    def ask_transfer(self, number: int) -> Any:
        return _form(self, "transfer", number)

    @api.page("/<int:number>/value/transfer", needs=ADJUST_VALUE, methods=("POST",))
    def transfer(self, number: int) -> Any:
        done = api.gettext("Transferred. Both members were told.")
        return _try(self, "transfer", number, _transfer, done)


def _may(member: Member, needs: api.Permission) -> bool:
    return api.find_record(Member, member.id, needs) is not None


def _form(view: object, act: str, number: int, problem: api.Refused | None = None) -> Any:
    member = reach(number, ACTS[act])
    page = api.render(
        f"membership/value_{act}.html",
        view=view,
        member=member,
        purses=purses_of(member.id),
        ways=WAYS,
        means=means_in(member.home_store_id),
        fee=FEE.get(),
        findable=FINDABLE.get(),
        has_pin=has_pin(member.id),
        key=form_key(),
        entered=request.form,
        problem=problem,
    )
    return (page, problem.status) if problem else page


def _try(view: object, act: str, number: int, do: Callable[[Member], object], done: str) -> Any:
    member = reach(number, ACTS[act])
    try:
        do(member)
    except api.Refused as refused:
        return _form(view, act, number, refused)
    api.say_done(done)
    return redirect(f"{HOME}{number}/value")


def _replace(member: Member) -> None:
    means = request.form.get("means", "cash")
    fee = api.parse_fen(request.form.get("fee", "") or "0")
    store_id = store_here(member, HOLD_VALUE)
    if means not in means_in(store_id):
        raise api.Refused(_("Choose how she pays."))
    entry = Entry(
        key=f"membership.replace:{form_key()}",
        code="sale",
        store_id=store_id,
        note=str(_("Fee for a lost card")),
    )
    lost = request.form.get("lost", "")
    if counter_of(store_id) is None or fee <= 0:
        replace_card(entry, member.id, lost, fee_fen=fee, paid_into=salon(means, store_id))
    else:
        _replace_at_till(entry, lost, FeeAsked(member.id, store_id, fee, means, entry.key))


@api.unit
def _replace_at_till(entry: Entry, lost: str, asked: FeeAsked) -> None:
    """Replace the card and take its fee on a bill, both or none."""
    replace_card(entry, asked.member_id, lost)
    counter = counter_of(asked.store_id)
    if counter is not None:
        counter.take_fee(asked)


def _set_pin(member: Member) -> None:
    number, pin = member.id, request.form.get("pin", "").strip()
    if pin != request.form.get("again", "").strip():
        raise api.Refused(_("The two PINs differ."))
    api.db.session.rollback()
    set_member_pin(number, pin)


def _adjust(member: Member) -> None:
    ask_adjustment(
        member.id,
        principal_fen=api.parse_fen(request.form.get("principal", "") or "0"),
        bonus_fen=api.parse_fen(request.form.get("bonus", "") or "0"),
        reason=request.form.get("reason", ""),
        key=form_key(),
        purse=request.form.get("purse", ""),
    )


def _transfer(member: Member) -> None:
    """Look at both proofs first, each in a transaction of its own, then transfer in one unit."""
    giver_id, store_id = member.id, store_here(member, ADJUST_VALUE)
    if was_transferred(_transfer_key()):
        return
    found = find_exactly(request.form.get("taker", "").strip())
    if len(found) != 1:
        raise api.Refused(_("Nobody has this number or phone."))
    taker_id = found[0].id
    api.db.session.rollback()
    proofs = [
        (request.form.get(f"{side}_way", ""), request.form.get(f"{side}_proof", "").strip())
        for side in ("giver", "taker")
    ]
    for number, (way, proof) in zip((giver_id, taker_id), proofs, strict=True):
        prove(number, way, proof)
    _do_transfer(giver_id, taker_id, store_id, proofs)


def _transfer_key() -> str:
    return f"membership.transfer:{form_key()}"


@api.unit
def _do_transfer(
    giver_id: int, taker_id: int, store_id: int, proofs: list[tuple[str, str]]
) -> None:
    key = _transfer_key()
    for way, proof in proofs:
        use_up(way, proof, key)
    note = api.gettext("The other member agreed by: %(way)s", way=WAYS[proofs[1][0]])
    asked = [giver_id, taker_id, request.form.get("purse", "")]
    entry = Entry(
        key=key, code="transfer", asked=asked, store_id=store_id, agreed_by=proofs[0][0], note=note
    )
    transfer_value(entry, giver_id, taker_id, request.form.get("purse", ""))
