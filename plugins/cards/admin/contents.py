"""The page with what is in a card product: services, sessions, free sessions, list prices."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.cards.admin.places import draw, reach, say, yuan
from plugins.cards.models import Item, Product
from plugins.cards.permissions import EDIT_PRODUCTS, SEE_CARDS
from plugins.cards.services.selling import list_price, list_total, shares_of
from plugins.salon.api import Service

HOME = "/console/cards/products/"
#: How many empty lines stand below what is there, and how many lines there are at most.
SPARE_LINES, MOST_LINES, MOST_SESSIONS = 2, 12, 9_999


class ContentPages:
    """A page of the product view: what is in it."""

    @api.page("/<int:number>/contents", needs=SEE_CARDS)
    def contents(self, number: int) -> Any:
        return self._show_contents(reach(Product, number, SEE_CARDS))

    @api.page("/<int:number>/contents", needs=EDIT_PRODUCTS, methods=("POST",))
    def save_contents(self, number: int) -> Any:
        product = reach(Product, number, EDIT_PRODUCTS)
        try:
            _save(product.id)
        except api.Refused as refused:
            return self._show_contents(reach(Product, number, EDIT_PRODUCTS), refused)
        say(api.gettext("Contents saved."))
        return redirect(f"{HOME}{number}/")

    def _show_contents(self, product: Product, problem: api.Refused | None = None) -> Any:
        services = api.db.session.scalars(
            sa.select(Service).where(Service.on_sale).order_by(Service.category_id, Service.place)
        ).all()
        page = api.render(
            "cards/contents.html",
            view=self,
            product=product,
            services=services,
            lines=_lines(product),
            problem=problem,
            may_edit=EDIT_PRODUCTS.held(),
        )
        return (page, problem.status) if problem else page


def draw_contents(product: Product) -> Any:
    """Draw what is in a product, with the share of its price that falls on each item."""
    shares = shares_of(product, product.price_fen)
    rows = [
        (item, share, share // item.sessions if item.sessions else None, list_price(item))
        for item, share in zip(product.items, shares, strict=True)
    ]
    return draw(
        "_contents.html",
        product=product,
        rows=rows,
        total=list_total(product),
        may_edit=EDIT_PRODUCTS.held(),
    )


def _lines(product: Product) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    sent = request.method == "POST"
    for place in range(min(len(product.items) + SPARE_LINES, MOST_LINES)):
        item = product.items[place] if place < len(product.items) else None
        chosen = {str(service.id) for service in item.services} if item else set()
        line = {
            "name": item.name if item else "",
            "sessions": str(item.sessions or "") if item else "",
            "free": str(item.free or "") if item else "",
            "list": yuan(item.list_fen) if item else "",
        }
        if sent:
            line = {key: request.form.get(f"{key}-{place}", "") for key in line}
            chosen = set(request.form.getlist(f"services-{place}"))
        lines.append({"place": place, "chosen": chosen, **line})
    return lines


@api.unit
def _save(product_id: int) -> None:
    product = api.db.session.get_one(Product, product_id, with_for_update={"of": Product})
    items = [item for place in range(MOST_LINES) if (item := _read(place, product))]
    if not items:
        raise api.Refused(_("Choose a service for one line at least."))
    if product.kind != "package" and len(items) > 1:
        raise api.Refused(_("Only a package card has several lines."))
    product.items = items
    product.version += 1
    api.record_audit("cards.contents_changed", product, title=_("Changed what is in a card"))


def _read(place: int, product: Product) -> Item | None:
    wanted = set(request.form.getlist(f"services-{place}"))
    services = [
        service
        for service in api.db.session.scalars(sa.select(Service).order_by(Service.id))
        if str(service.id) in wanted
    ]
    if not services:
        return None
    is_pass = product.kind == "pass"
    sessions = 0 if is_pass else _count(f"sessions-{place}")
    if not is_pass and not sessions:
        raise api.Refused(_("Enter how many sessions a line has."))
    text = request.form.get(f"list-{place}", "").strip()
    return Item(
        place=place,
        name=request.form.get(f"name-{place}", "").strip()[:60],
        services=services,
        sessions=sessions,
        free=0 if is_pass else _count(f"free-{place}"),
        list_fen=_price(text) if text else None,
    )


def _price(text: str) -> int:
    fen = api.parse_fen(text)
    if fen < 0:
        raise api.Refused(_("A price cannot be below zero."))
    return fen


def _count(name: str) -> int:
    text = request.form.get(name, "").strip()
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > MOST_SESSIONS:
        raise api.Refused(_("Enter a count between 0 and 9,999."))
    return int(text)
