"""Where a person works with stock: the stores she may choose, and what her form says."""

from __future__ import annotations

import secrets

from flask import request

from console import api
from console.api import _


def stores_for(needs: api.Permission) -> list[api.Store]:
    """Return the open stores where the person holds a permission."""
    return [one for one in api.visible_stores() if not one.closed and needs.held(one.id)]


def store_here(needs: api.Permission) -> api.Store | None:
    """Return the store that was chosen, else the one she works in, else the first one."""
    stores = stores_for(needs)
    wanted = request.values.get("store_id") or str(api.actor().store_id or "")
    found = next((store for store in stores if str(store.id) == wanted), None)
    return found or (stores[0] if stores else None)


def require_store(needs: api.Permission) -> api.Store:
    """Return the store that a form names; 404 for one where the person may not do this."""
    wanted = number_of("store_id")
    found = next((store for store in stores_for(needs) if store.id == wanted), None)
    if found is None:
        raise api.NotFound(_("There is no such store."))
    return found


def number_of(name: str) -> int | None:
    """Return a whole number that the form sent, or None."""
    text = request.form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def pieces_of(name: str) -> int | None:
    """Return how many pieces were entered; None where nothing was, refused what is no number."""
    if not request.form.get(name, "").strip():
        return None
    found = number_of(name)
    if found is None:
        raise api.Refused(_("Enter whole pieces, such as 12."))
    return found


def new_key() -> str:
    """Return a key for a form, so that sending it twice does one thing."""
    return f"stock:{secrets.token_hex(12)}"


def key_of_form() -> str:
    """Return the key that the form came with."""
    key = request.form.get("key", "")
    if not key.startswith("stock:") or not 20 < len(key) < 60:
        raise api.Refused(_("This form is too old. Load the page again."))
    return key
