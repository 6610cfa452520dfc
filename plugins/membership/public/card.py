"""The member card: level, number, balances, the code that changes every minute, and tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect
from markupsafe import Markup

from console import api
from plugins.membership.hookspecs import (
    TILES,
    CardAsk,
    Tile,
    membership_card_asks,
    membership_tiles,
)
from plugins.membership.models import Member
from plugins.membership.public.routes import COOKIE, routes, show, token_here
from plugins.membership.services.id_documents import asks_for_id, id_of
from plugins.membership.services.ladder import level_of, progress_of
from plugins.membership.services.member_codes import show_code
from plugins.membership.services.visitors import end_session

#: Tiles whose figures stand at the head of the card.
FIGURES = ("balance", "points")
ICONS = {
    "balance": "wallet",
    "points": "coin",
    "offers": "discount",
    "top_up": "cash",
    "booking": "calendar-event",
    "services": "scissors",
    "history": "receipt",
}


@routes.get("/card", audience="visitor")
def show_card() -> Any:
    """Show the card."""
    member = member_here()
    tiles = tiles_of(member.id)
    return show(
        "card",
        member=member,
        level=level_of(member.id),
        progress=progress_of(member.id),
        figures=[tile for tile in tiles if tile.key in FIGURES],
        tiles=[tile for tile in tiles if tile.key not in FIGURES],
        icons=ICONS,
        asks=asks_of(member.id),
        **_code_of(member),
    )


@routes.get("/card/asks", audience="visitor")
def show_asks() -> Any:
    """Show what she is asked at this moment, for the page that fetches it anew."""
    return show("_asks", asks=asks_of(member_here().id))


@routes.get("/card/code", audience="visitor")
def show_new_code() -> Any:
    """Show the code alone, for the page that fetches it anew."""
    return show("_code", **_code_of(member_here()))


@routes.get("/me", audience="visitor")
def show_menu() -> Any:
    """Show what a member can look at and change herself."""
    member = member_here()
    return show(
        "me",
        member=member,
        phone=api.mask(member.phone or "", "phone"),
        noted=id_of(member.id),
        asks_for_id=asks_for_id(member.home_store_id),
    )


@routes.post("/sign-out", audience="anyone")
def sign_out() -> Any:
    """End the session on this phone; a copy of its cookie is dead at once."""
    token = token_here()
    if token:
        end_session(token)
    api.forget_visitor()
    response = redirect("/membership/welcome")
    api.drop_cookie(response, COOKIE)
    return response


def member_here() -> Member:
    """Return the member whose phone this is."""
    member: Member = api.db.session.get_one(Member, api.visitor().id)
    return member


def tiles_of(member_id: int) -> list[Tile]:
    """Return the tiles of all plugins, the seven in their order, each once.

    A plugin that requires another one may give a better tile in place of its.
    """
    asked = api.answers(membership_tiles, member_id=member_id)
    by_key: dict[str, Tile] = {}
    for tile in (tile for tiles in asked for tile in tiles):
        by_key[tile.key] = tile
    places = {key: place for place, key in enumerate(TILES)}
    return sorted(by_key.values(), key=lambda tile: places.get(tile.key, len(places)))


def asks_of(member_id: int) -> Sequence[CardAsk] | None:
    """Return what a member is asked at this moment; None where nobody ever asks anything."""
    found: Sequence[CardAsk] | None = api.first_answer(membership_card_asks, member_id=member_id)
    return found


def draw_code(code: str) -> Markup:
    """Draw a member code as a QR code that scales with the page."""
    return api.draw_qr(code)


def _code_of(member: Member) -> dict[str, Any]:
    if member.status == "frozen":
        return {"code": "", "drawn": ""}
    code = show_code(member.id)
    return {"code": code, "drawn": draw_code(code)}
