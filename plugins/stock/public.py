"""The gifts shelf on a member's phone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, request

from console import api
from console.api import _
from plugins.membership.api import Member, points_of
from plugins.stock.models import STATES, Gift
from plugins.stock.services.gifts import (
    LAPSING,
    MINE,
    PICKUP_DAYS,
    exchange,
    gifts_on,
    pickups_of,
    stores_with,
    taken_by,
)

routes = api.PublicRoutes("stock", __name__)
PAGES = (routes,)


@routes.get("/gifts", audience="visitor")
def show_shelf() -> Any:
    """Show the gifts of today, what is left of them, and her points."""
    member, gifts = _member(), _gifts()
    levels = stores_with([gift.product_id for gift in gifts])
    taken = taken_by(member.id)
    return api.render_public(
        "stock/phone/gifts.html",
        points=points_of(member.id),
        gifts=[
            (
                gift,
                sum(level.on_hand for level in levels.get(gift.product_id, ())),
                _has_all(gift, taken),
            )
            for gift in gifts
        ],
        waiting=sum(one.state == "waiting" for one in pickups_of(member.id)),
    )


@routes.get("/gifts/<int:number>", audience="visitor")
def show_gift(number: int) -> Any:
    """Show a gift, and ask where she picks it up."""
    return _show(number)


@routes.post("/gifts/<int:number>", audience="visitor")
def take_gift(number: int) -> Any:
    """Exchange her points for a gift; the same form sent twice takes one."""
    member_id, key = api.visitor().id, request.form.get("key", "")
    store = request.form.get("store_id", "")
    try:
        if not key.startswith("gift:") or not 20 < len(key) < 60:
            raise api.Refused(_("This form is too old. Load the page again."))
        if not (store.isascii() and store.isdecimal() and len(store) < 16):
            raise api.Refused(_("Choose a store."))
        api.db.session.rollback()
        exchange(number, member_id, int(store), key=f"{member_id}:{key}")
    except api.Refused as refused:
        if refused.status == 404:
            raise
        return _show(number, refused), refused.status
    return redirect(MINE)


@routes.get("/mine", audience="visitor")
def show_mine() -> Any:
    """Show the codes of the gifts that wait for her, and those that she had."""
    pickups = pickups_of(_member().id)
    return api.render_public(
        "stock/phone/mine.html",
        waiting=[(one, api.draw_qr(one.code)) for one in pickups if one.state == "waiting"],
        others=[one for one in pickups if one.state != "waiting"],
        states=dict(STATES),
    )


def _show(number: int, problem: api.Refused | None = None) -> Any:
    member = _member()
    gift = next((one for one in _gifts() if one.id == number), None)
    if gift is None:
        abort(404)
    levels = stores_with([gift.product_id]).get(gift.product_id, [])
    points = points_of(member.id)
    return api.render_public(
        "stock/phone/gift.html",
        gift=gift,
        points=points,
        stores=[(one.store_id, one.store.name) for one in levels],
        home_id=member.home_store_id,
        why_not=_why_not(gift, points, taken_by(member.id), any_left=bool(levels)),
        key=f"gift:{secrets.token_hex(12)}",
        days=PICKUP_DAYS.get(member.home_store_id),
        points_back=LAPSING.get(member.home_store_id) == "back",
        problem=problem,
    )


def _has_all(gift: Gift, taken: Mapping[int, int]) -> bool:
    return gift.per_member is not None and taken.get(gift.id, 0) >= gift.per_member


def _why_not(gift: Gift, points: int, taken: Mapping[int, int], *, any_left: bool) -> str:
    """Say why she cannot have a gift now; nothing when she can."""
    if _has_all(gift, taken):
        return api.gettext("You have had as many of it as you can.")
    if not any_left:
        return api.gettext("None of it is left right now.")
    if points < gift.points:
        missing = f"{gift.points - points:,}"
        return api.gettext("You need %(points)s more points.", points=missing)
    return ""


def _gifts() -> list[Gift]:
    return list(gifts_on(api.today(_member().home_store.time_zone)))


def _member() -> Member:
    member: Member = api.db.session.get_one(Member, api.visitor().id)
    return member
