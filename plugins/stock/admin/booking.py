"""The page on which staff book what came, what is used, what broke, and what was counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.stock.admin.places import (
    key_of_form,
    new_key,
    number_of,
    pieces_of,
    require_store,
    store_here,
    stores_for,
)
from plugins.stock.models import PURPOSES, Product
from plugins.stock.permissions import BOOK_STOCK, USE_GOODS
from plugins.stock.services.acts import (
    Counted,
    count_stock,
    deliver,
    products_for,
    transfer,
    use_goods,
    write_off,
)
from plugins.stock.services.moving import levels_in

HOME, LEVELS = "/console/stock/booking/", "/console/stock/levels/"
#: The acts: what they are called, what the button says, which icon they have.
ACTS = {
    "delivery": (_("Delivery"), _("Take into stock"), "package"),
    "use": (_("Salon use"), _("Take for salon use"), "droplet"),
    "count": (_("Stock-take"), _("Set the stock to what was counted"), "clipboard-list"),
    "transfer": (_("To another store"), _("Send off"), "arrows-exchange"),
    "loss": (_("Broken or expired"), _("Write off"), "trash"),
}


class Booking(api.AdminView):
    """Deliveries, salon use, stock-takes, transfers and losses; each is a list with fields."""

    title, noun = _("Book stock"), "booking"
    icon, group, order = "clipboard-list", "shop", 30

    @api.page("/", needs=USE_GOODS)
    def index(self) -> Any:
        """Lead to the act that the person may do: deliveries, or salon use."""
        return redirect(f"{HOME}{'delivery' if BOOK_STOCK.held() else 'use'}")

    @api.page("/use", needs=USE_GOODS)
    def ask_use(self) -> Any:
        return self._show("use")

    @api.page("/use", needs=USE_GOODS, methods=("POST",))
    def use(self) -> Any:
        return self._try("use")

    @api.page("/<act>", needs=BOOK_STOCK)
    def ask(self, act: str) -> Any:
        return self._show(_known(act))

    @api.page("/<act>", needs=BOOK_STOCK, methods=("POST",))
    def book(self, act: str) -> Any:
        return self._try(_known(act))

    def _try(self, act: str) -> Any:
        store_id = require_store(_needs(act)).id
        try:
            done = _book(act, store_id)
        except api.Refused as refused:
            if refused.status == 404:
                raise
            return self._show(act, refused)
        api.say_done(done)
        return redirect(f"{LEVELS}?f.store_id.eq={store_id}")

    def _show(self, act: str, problem: api.Refused | None = None) -> Any:
        store = store_here(_needs(act))
        purposes = dict(PURPOSES)
        levels = levels_in(store.id) if store else {}
        page = api.render(
            "stock/book.html",
            view=self,
            act=act,
            acts=ACTS,
            tabs=_tabs(act, store),
            store=store,
            stores=stores_for(_needs(act)),
            others=_others(store),
            groups=[
                (str(purposes[purpose]), [one for one in rows if one.purpose == purpose])
                for rows in [products_for(act)]
                for purpose in dict.fromkeys(one.purpose for one in rows)
            ],
            left={number: level.on_hand for number, level in levels.items()},
            low={number for number, level in levels.items() if level.low},
            key=request.form.get("key") or new_key(),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page


def _known(act: str) -> str:
    if act not in ACTS:
        raise api.NotFound(_("There is no such page."))
    return act


def _needs(act: str) -> api.Permission:
    return USE_GOODS if act == "use" else BOOK_STOCK


def _tabs(act: str, store: api.Store | None) -> list[dict[str, Any]]:
    here = f"?store_id={store.id}" if store else ""
    return [
        {"label": label, "icon": icon, "active": one == act, "url": f"{HOME}{one}{here}"}
        for one, (label, _button, icon) in ACTS.items()
        if _needs(one).held()
    ]


def _others(store: api.Store | None) -> list[api.Store]:
    """Return where products may be sent: any open store but this one."""
    stores = api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id))
    return [one for one in stores if not one.closed and (store is None or one.id != store.id)]


def _book(act: str, store_id: int) -> str:
    """Do what the form says, and return what was done in words."""
    key, note = key_of_form(), request.form.get("note", "").strip()
    if act == "count":
        differing = count_stock(store_id, _read_counts(), note=note, key=key)
        return api.ngettext(
            "Counted; one product differed.", "Counted; %(num)s products differed.", differing
        )
    pieces = _read_pieces()
    if act == "transfer":
        done = transfer(store_id, _other_store(store_id), pieces, note=note, key=key)
    elif act == "loss":
        done = write_off(store_id, pieces, note=note, key=key)
    else:
        done = (deliver if act == "delivery" else use_goods)(store_id, pieces, note=note, key=key)
    return api.ngettext("Booked for one product.", "Booked for %(num)s products.", done)


def _other_store(store_id: int) -> int:
    wanted = number_of("other_id")
    store = api.db.session.get(api.Store, store_id)
    if wanted not in {one.id for one in _others(store)}:
        raise api.Refused(_("Choose another store."))
    return wanted or 0


def _read_pieces() -> dict[int, int]:
    found = {product_id: pieces_of(f"pieces-{product_id}") for product_id in _product_ids()}
    return {number: count for number, count in found.items() if count}


def _read_counts() -> Mapping[int, Counted]:
    found = {}
    for product_id in _product_ids():
        counted = pieces_of(f"pieces-{product_id}")
        if counted is not None:
            found[product_id] = Counted(counted, _seen(product_id))
    if not found:
        raise api.Refused(_("Enter what you counted."))
    return found


def _seen(product_id: int) -> int:
    text = request.form.get(f"seen-{product_id}", "0").strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 12):
        raise api.Refused(_("This form is too old. Load the page again."))
    return int(text)


def _product_ids() -> list[int]:
    return list(api.db.session.scalars(sa.select(Product.id).where(Product.in_use)))
