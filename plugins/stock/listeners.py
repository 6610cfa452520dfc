"""What stock and gifts add to the till, to a member's page, and to her phone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import render_template
from markupsafe import Markup

from console import api
from console.api import _
from plugins.cashier.api import Code, Goods, LineKind, TieRule
from plugins.membership.api import ExportPart, Member, Tile, move_rows
from plugins.stock.models import STATES, Pickup
from plugins.stock.permissions import HAND_GIFTS
from plugins.stock.services.gifts import PICKUPS, pickup_by_code, pickups_of
from plugins.stock.services.lines import KIND, LINE, goods_of, product_by_code
from plugins.stock.services.tying import RULES

CODE_LENGTH = 8


@api.hookimpl
def cashier_line_kinds() -> Iterable[LineKind]:
    """Let products be sold on a bill."""
    return (LINE,)


@api.hookimpl
def cashier_goods(store_id: int) -> Iterable[Goods]:
    """Show what is for sale on the till, with what is left of it."""
    return goods_of(store_id)


@api.hookimpl
def cashier_tie_rules() -> Iterable[TieRule]:
    """Compare what is left of each product with what came and went."""
    return RULES


@api.hookimpl
def cashier_read_code(text: str) -> Code | None:
    """Know barcodes of products, and the codes with which members pick gifts up."""
    product = product_by_code(text)
    if product is not None:
        return Code("goods", text, goods=f"{KIND}:{product.id}")
    pickup = pickup_by_code(text) if len(text) == CODE_LENGTH else None
    if pickup is None or not HAND_GIFTS.held(pickup.store_id):
        return None
    label = api.gettext("Gift to pick up: %(gift)s", gift=pickup.product.shown_name)
    return Code("link", text, url=f"{PICKUPS}{pickup.id}/", label=label)


@api.hookimpl
def membership_tiles(member_id: int) -> Iterable[Tile]:
    """Lead to the gifts shelf, and say how many gifts wait for her."""
    waiting = sum(one.state == "waiting" for one in pickups_of(member_id))
    yield Tile("gifts", _("Gifts"), "/stock/gifts", f"{waiting:,}" if waiting else "", icon="gift")


@api.hookimpl
def console_record_panels(model: type[Any], record_id: int) -> Iterable[api.Panel]:
    """Show a member's gifts to those who hand them over, and offer another one for points."""
    if model is not Member or api.find_record(Member, record_id, HAND_GIFTS) is None:
        return
    pickups = [one for one in pickups_of(record_id) if HAND_GIFTS.held(one.store_id)]
    url = f"{PICKUPS}for/{record_id}"
    drawn = render_template("stock/_gifts.html", pickups=pickups, states=dict(STATES), url=url)
    yield api.Panel(_("Gifts"), Markup(drawn), 40)  # noqa: S704 - a template escapes


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the gifts of the gone file to the kept one."""
    move_rows(Pickup.member_id, kept_id, gone_id)


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Give a member what is kept about the gifts that she took."""
    rows: list[dict[str, Any]] = [
        {
            "gift": one.product.name,
            "points": one.points,
            "store": one.store.name,
            "asked_at": one.asked_at.isoformat(),
            "state": one.state,
            "ended_at": one.ended_at.isoformat() if one.ended_at else "",
        }
        for one in pickups_of(member_id, 1_000)
    ]
    labels = {
        "gift": _("Gift for points"),
        "points": _("Points"),
        "store": _("Store"),
        "asked_at": _("Exchanged at"),
        "state": _("State"),
        "ended_at": _("Ended at"),
    }
    yield ExportPart("gifts", _("Gifts"), rows, labels)
