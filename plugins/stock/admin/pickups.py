"""Gifts to be picked up: staff hand them over, cancel them, or exchange points for a member."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.cashier.api import DEDUCT_ALONE, today_of
from plugins.membership.api import Member, points_of
from plugins.stock.admin.places import (
    key_of_form,
    new_key,
    number_of,
    require_store,
    store_here,
    stores_for,
)
from plugins.stock.models import Pickup
from plugins.stock.permissions import HAND_GIFTS
from plugins.stock.services.gifts import (
    PICKUPS,
    cancel,
    exchange,
    gifts_on,
    hand_over,
    taken_by,
)
from plugins.stock.services.moving import left_in


class PickupAdmin(api.ModelAdmin):
    """Every gift that a member took; those that wait are handed over or cancelled."""

    subject, noun = Pickup, "pickups"
    title, singular = _("Gifts to pick up"), _("gift")
    icon, group, order = "inbox", "shop", 70
    needs = {"view": HAND_GIFTS, "export": HAND_GIFTS}
    list_template = "stock/pickups.html"
    list_columns = (
        "code",
        "product_id",
        "member_id",
        "store_id",
        "points",
        "state",
        "until_on",
        "asked_at",
        "ended_at",
        "reason",
    )
    default_sort = "-asked_at"
    filters = ("state", "store_id", "product_id", "until_on", "asked_at", "ended_at")
    search = ("code",)
    details = (
        "code",
        "product_id",
        "member_id",
        "store_id",
        "points",
        "state",
        "until_on",
        "points_back",
        "asked_at",
        "asked_by",
        "ended_at",
        "ended_by",
        "reason",
    )
    empty_hint = _("Gifts appear here when members exchange points for them.")

    @api.action(_("Hand over"), needs=HAND_GIFTS)
    def hand_all(self, ids: Sequence[int]) -> str:
        """Hand the gifts over that were ticked."""
        for number in ids:
            hand_over(number)
        return api.ngettext(
            "One gift was handed over.", "%(num)s gifts were handed over.", len(ids)
        )

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        if record.state != "waiting":
            return []
        here = f"{PICKUPS}{record.id}"
        return [
            api.RecordAction(_("Hand over"), f"{here}/hand", HAND_GIFTS),
            api.RecordAction(
                _("Cancel the gift"), f"{here}/cancel", HAND_GIFTS, "GET", danger=True
            ),
        ]

    @api.page("/<int:number>/hand", needs=HAND_GIFTS, methods=("POST",))
    def hand(self, number: int) -> Any:
        """Hand a gift over; one that was before says so."""
        hand_over(_reach(number).id)
        api.say_done(api.gettext("The gift was handed over."))
        return redirect(f"{PICKUPS}{number}/")

    @api.page("/<int:number>/cancel", needs=HAND_GIFTS)
    def ask_cancel(self, number: int) -> Any:
        return self._ask(_reach(number))

    @api.page("/<int:number>/cancel", needs=HAND_GIFTS, methods=("POST",))
    def cancel(self, number: int) -> Any:
        _reach(number)
        try:
            cancel(number, request.form.get("reason", ""))
        except api.Refused as refused:
            return self._ask(_reach(number), refused)
        api.say_done(api.gettext("Points and gift are back."))
        return redirect(f"{PICKUPS}{number}/")

    @api.page("/for/<int:member_id>", needs=HAND_GIFTS)
    def ask_exchange(self, member_id: int) -> Any:
        return self._offer(_member(member_id))

    @api.page("/for/<int:member_id>", needs=HAND_GIFTS, methods=("POST",))
    def exchange(self, member_id: int) -> Any:
        """Exchange a member's points at the counter; she usually takes the gift at once."""
        _member(member_id)
        store_id = require_store(HAND_GIFTS).id
        try:
            number = _exchange(member_id, store_id, key_of_form())
        except api.Refused as refused:
            if refused.status == 404:
                raise
            return self._offer(_member(member_id), refused)
        api.say_done(api.gettext("The points were exchanged."))
        return redirect(f"{PICKUPS}{number}/")

    def _ask(self, pickup: Pickup, problem: api.Refused | None = None) -> Any:
        page = api.render("stock/cancel.html", view=self, pickup=pickup, problem=problem)
        return (page, problem.status) if problem else page

    def _offer(self, member: Member, problem: api.Refused | None = None) -> Any:
        store = store_here(HAND_GIFTS)
        points, taken = points_of(member.id), taken_by(member.id)
        gifts = gifts_on(today_of(store.id)) if store else []
        page = api.render(
            "stock/exchange.html",
            view=self,
            member=member,
            points=points,
            store=store,
            stores=stores_for(HAND_GIFTS),
            gifts=[
                (gift, left_in(store.id, gift.product_id) if store else 0, taken.get(gift.id, 0))
                for gift in gifts
            ],
            alone=store is not None and DEDUCT_ALONE.held(store.id),
            key=request.form.get("key") or new_key(),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page


@api.unit
def _exchange(member_id: int, store_id: int, key: str) -> int:
    code = "".join(request.form.get("code", "").split())
    gift_id = number_of("gift_id")
    if gift_id is None:
        raise api.Refused(_("Choose a gift."))
    pickup = exchange(gift_id, member_id, store_id, key=key, code=code)
    if request.form.get("at_once") == "1" and pickup.state == "waiting":
        hand_over(pickup.id)
    return pickup.id


def _reach(number: int) -> Pickup:
    pickup: Pickup | None = api.find_record(Pickup, number, HAND_GIFTS)
    if pickup is None:
        raise api.NotFound(_("There is no such gift."))
    return pickup


def _member(number: int) -> Member:
    member: Member | None = api.find_record(Member, number, HAND_GIFTS)
    if member is None:
        raise api.NotFound(_("There is no such member."))
    return member
