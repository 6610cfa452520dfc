"""Where a person works with cards: the stores she may choose, and the records she reaches."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, TypeVar

from flask import flash, render_template, request
from markupsafe import Markup

from console import api
from console.api import _
from plugins.cashier.api import (
    CARDS_FROM_BALANCE,
    OPEN_BILLS,
    SETTLE_BILLS,
    payment_kinds,
    seed_payment_kinds,
)
from plugins.membership.api import purses_of

#: The kind of payment that takes from her stored value.
BALANCE = "balance"
TILL = "/console/cashier/till/"
M = TypeVar("M")


def reach(model: type[M], number: int, needs: api.Permission) -> M:
    """Return the record if the person reaches it under *needs*; raises `NotFound`."""
    record: M | None = api.find_record(model, number, needs)
    if record is None:
        raise api.NotFound(_("There is no such record."))
    return record


def stores_for(needs: api.Permission) -> list[api.Store]:
    """Return the open stores where the person holds a permission."""
    return [one for one in api.visible_stores() if not one.closed and needs.held(one.id)]


def store_here(needs: api.Permission, usual_id: int | None = None) -> api.Store | None:
    """Return the store that was chosen, else the one she works in, the usual or first one."""
    stores = stores_for(needs)
    wanted = request.values.get("store_id") or str(api.actor().store_id or usual_id or "")
    found = next((store for store in stores if str(store.id) == wanted), None)
    return found or (stores[0] if stores else None)


def require_store(needs: api.Permission) -> api.Store:
    """Return the store that was chosen; raises `Refused` without one."""
    store = store_here(needs)
    if store is None:
        raise api.Refused(_("Choose a store."))
    return store


def today_of(store: api.Store) -> dt.date:
    """Return the business day of now in a store."""
    return api.business_day(api.now(), store.time_zone, store.cut_off_minutes)


def number_of(name: str) -> int | None:
    """Return a number that the form sent, or None."""
    text = request.form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def fen_of(name: str) -> int | None:
    """Return an amount that the form sent, in fen; None where none was entered."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    fen = api.parse_fen(text)
    if fen < 0:
        raise api.Refused(_("An amount cannot be below zero."))
    return fen


def yuan(fen: int | None) -> str:
    """Write an amount as it is entered."""
    return "" if fen is None else f"{fen // 100}.{fen % 100:02}"


def new_key() -> str:
    """Return a key for a form, so that sending it twice does one thing."""
    return f"card:{secrets.token_hex(13)}"


def key_of_form() -> str:
    """Return the key that the form came with."""
    key = request.form.get("key", "")
    if not key.startswith("card:") or not 20 < len(key) < 60:
        raise api.Refused(_("This form is too old. Load the page again."))
    return key


def draw(template: str, **values: Any) -> Markup:
    """Render one of the plugin's templates as a part of a page."""
    html = render_template(f"cards/{template}", **values)
    return Markup(html)  # noqa: S704 - a template escapes


def say(text: str) -> None:
    """Tell the person what was done."""
    flash(text, "success")


def means_to_pay() -> list[tuple[str, str]]:
    """Return the kinds of payment that take money at the counter: code and name."""
    kinds = payment_kinds()
    if not kinds:
        seed_payment_kinds()
        kinds = payment_kinds()
    wanted = [one for one in kinds if one.payment_class == "cash_like" and not one.needs_code]
    return [(kind.code, kind.shown_name) for kind in wanted]


def balance_to_pay(store: api.Store | None, member_id: int) -> list[tuple[str, str]]:
    """Return the balance as a way to pay for a card at the till, where she has some."""
    if store is None or not CARDS_FROM_BALANCE.get(store.id):
        return []
    if not (OPEN_BILLS.held(store.id) and SETTLE_BILLS.held(store.id)):
        return []
    held = sum(one.left_for("cards") for one in purses_of(member_id) if one.pays_cards)
    label = api.gettext("Balance %(amount)s, at the till", amount=api.format_fen(held))
    return [(BALANCE, label)] if held else []


def at_the_till() -> str:
    """Say how it goes on where balance pays."""
    return api.gettext("Choose the balance here, and let her agree to what it pays.")


def means_of() -> str:
    """Return the kind of payment that the form names; cash where it names none."""
    means = request.form.get("means", "cash")
    if means not in dict(means_to_pay()):
        raise api.Refused(_("Choose how she pays."))
    return means
