"""The frame round every page of the console: menu, stores, bell, the person's own corner."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import count
from typing import Any, TypeVar

from flask import current_app, render_template, request, url_for

from console import inbox
from console.admin.menu import menu, quick
from console.i18n import catalogue, gettext
from console.security import people, reading, rights, visible_stores
from console.security.form_token import form_token
from console.security.sessions import Person
from console.security.settings import SHOP_NAME, TILL_LOCK_MINUTES
from console.security.users import role_name

T = TypeVar("T")

#: So much is kept for all persons together before it is made again.
MOST_KEPT = 1000
#: Numbers of frames that were put together, none of which comes twice.
_keys = count(1)


def render(template: str, **context: Any) -> str:
    """Render *template* inside the shell."""
    form_token()
    return render_template(
        template, **{"lang": reading.html_language(), "shell": shell(), **context}
    )


def shell() -> dict[str, Any]:
    """Return what `console/base.html` shows round a page.

    All but the menu and the bell is put together once for a person, and again when rights,
    stores or settings change; `key` then is another one, as pieces that were drawn of it need.
    """
    person = people.person()
    if person is None:
        brand, home = _brand(), url_for("console_home.index")
        return {"brand": brand, "home_url": home, "key": (brand, home)}
    looks = person.name, person.theme, person.density
    kept = keep_for(person, ("shell", *looks), lambda: {**_frame(person), "key": next(_keys)})
    bell = {"url": url_for("console_inbox.index"), "count": inbox.count_waiting()}
    here = {"menu": menu(), "page": request.blueprint, "here": request.full_path}
    return {**kept, **here, "inbox": bell}


def keep_for(person: Person | None, what: Hashable, make: Callable[[], T]) -> T:
    """Return what *make* says for a person, or for nobody.

    It is asked once, and again when her place, her language, rights, stores or settings change.
    """
    if person is None:
        return make()
    kept: dict[Any, Any] = current_app.extensions["console"].remember("persons", dict)
    key = (what, person.id, person.store_id, person.till_id, catalogue())
    known: T | None = kept.get(key)
    if known is not None:
        return known
    if len(kept) >= MOST_KEPT:
        kept.clear()
    made = kept[key] = make()
    return made


def _brand() -> str:
    return SHOP_NAME.get() or gettext("Salon console")


def _frame(person: Person) -> dict[str, Any]:
    return {
        "brand": _brand(),
        "home_url": url_for("console_home.index"),
        "quick": quick(),
        "theme": person.theme,
        "density": person.density,
        "user": {"name": person.name, "initials": person.name[:1], "role": _roles(person)},
        "user_menu": _user_menu(person),
        "stores": _stores(person),
        "switch_store_url": url_for("door.choose_store"),
        "preference_url": url_for("door.prefer"),
        "scan_url": url_for("console_scan.index"),
        "search_url": url_for("console_search.index"),
        "sign_out_url": url_for("door.sign_out"),
        "person_id": person.id,
        "pulse_url": url_for("door.pulse"),
        **_lock(person),
    }


def _lock(person: Person) -> dict[str, Any]:
    """Return what a till needs to lock itself; nothing elsewhere."""
    if person.till_id is None:
        return {}
    seconds = TILL_LOCK_MINUTES.get(person.store_id) * 60
    return {"till_id": person.till_id, "lock_url": url_for("door.lock"), "lock_after": seconds}


def _roles(person: Person) -> str:
    """Name the roles she has where she is."""
    book = rights.read()
    held = {
        role
        for role, store in book.grants.get(person.id, ())
        if store is None or person.store_id in (None, store)
    }
    roles = [book.roles[number] for number in sorted(held)]
    return gettext(", ").join(role_name(role.preset, role.name) for role in roles)


def _user_menu(person: Person) -> list[dict[str, Any]]:
    profile = url_for("console_profile.index")
    found: list[dict[str, Any]] = [
        {"label": gettext("My profile"), "icon": "user-circle", "url": profile}
    ]
    if person.till_id is not None:
        lock = url_for("door.lock")
        found.append({"label": gettext("Lock the till"), "icon": "lock", "url": lock, "post": True})
    return found


def _stores(person: Person) -> list[dict[str, Any]]:
    """Return the stores to switch between; none on a till, which belongs to its store."""
    stores = visible_stores()
    if person.till_id is not None or len(stores) < 2:
        return []
    everywhere = {"id": 0, "name": gettext("All stores"), "active": person.store_id is None}
    own = [{"id": s.id, "name": s.name, "active": s.id == person.store_id} for s in stores]
    return [everywhere, *own]
