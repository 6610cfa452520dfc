"""What pages of booking read from forms, and the records that a person reaches."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import request

from console import api
from console.api import _

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


def store_here(needs: api.Permission) -> api.Store:
    """Return the store that was chosen, else the one she works in, else the first."""
    chosen = number_of("store_id") if text_of("store_id") else api.actor().store_id
    store = api.known_store(chosen) if chosen is not None else None
    if store is not None and not store.closed and needs.held(store.id):
        return store
    stores = stores_for(needs)
    if not stores:
        raise api.NotFound(_("There is no such store."))
    return stores[0]


def number_of(name: str) -> int | None:
    """Return a number that was sent, or None."""
    text = request.values.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def text_of(name: str) -> str:
    """Return a text that was sent."""
    return request.values.get(name, "").strip()


def day_of(name: str, usual: dt.date) -> dt.date:
    """Return a day that was sent, or the usual one."""
    try:
        return dt.date.fromisoformat(text_of(name))
    except ValueError:
        return usual


def moment_of(name: str, zone: str) -> dt.datetime:
    """Return a moment that was sent: with an offset, or as the store's wall clock shows it."""
    try:
        moment = dt.datetime.fromisoformat(text_of(name).replace(" ", "T"))
    except ValueError:
        raise api.Refused(_("Choose a time.")) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(dt.UTC)


def today_of(store: api.Store) -> dt.date:
    """Return the business day of now in a store."""
    return api.business_day(api.now(), store.time_zone, store.cut_off_minutes)


def new_key() -> str:
    """Return a key for a form, so that sending it twice books once."""
    return f"booking:{secrets.token_hex(13)}"


def key_of_form() -> str:
    """Return the key that the form came with."""
    key = request.form.get("key", "")
    if not key.startswith("booking:") or not 20 < len(key) < 60:
        raise api.Refused(_("This form is too old. Load the page again."))
    return key
