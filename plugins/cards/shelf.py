"""The shelf on a member's phone: which cards she can buy, what is in them, what she saves."""

from __future__ import annotations

from typing import Any

from flask import abort

from console import api
from plugins.cards.public import PAGES, routes
from plugins.cards.services.selling import list_price, list_total, products_on_sale
from plugins.cashier import api as till
from plugins.membership.api import Member

__all__ = ["PAGES"]


@routes.get("/shelf", audience="visitor")
def show_shelf() -> Any:
    """Show the cards that are on sale in her store today."""
    products = [(product, list_total(product)) for product in _products()]
    return api.render_public("cards/phone/shelf.html", products=products)


@routes.get("/shelf/<int:number>", audience="visitor")
def show_product(number: int) -> Any:
    """Show what is in a card, its rules, and the way to buy it."""
    product = next((one for one in _products() if one.id == number), None)
    if product is None:
        abort(404)
    items = [(item, list_price(item)) for item in product.items]
    return api.render_public(
        "cards/phone/product.html",
        product=product,
        items=items,
        total_fen=list_total(product),
        online=till.takes_online(),
        from_balance=till.balance_for(api.visitor().id, "card") >= product.price_fen,
    )


def _products() -> Any:
    member = api.db.session.get_one(Member, api.visitor().id)
    return products_on_sale(member.home_store_id, till.today_of(member.home_store_id))
