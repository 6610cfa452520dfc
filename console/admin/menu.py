"""The menu: what the signed-in person may open, of the plugins that are switched on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app, request

from console.i18n import _, catalogue
from console.security.actors import acting_user_id

if TYPE_CHECKING:
    from console.admin.views import AdminView


@dataclass(frozen=True)
class Group:
    """A heading of the menu, which opens to show its pages."""

    key: str
    label: Any
    icon: str


GROUPS = (
    Group("members", _("Member management"), "users"),
    Group("booking", _("Booking"), "calendar"),
    Group("till", _("Till"), "cash-register"),
    Group("cards", _("Cards"), "ticket"),
    Group("marketing", _("Marketing"), "speakerphone"),
    Group("finance", _("Finance"), "coin"),
    Group("shop", _("Shop"), "shopping-bag"),
    Group("salon", _("Salon"), "building-store"),
    Group("system", _("System"), "settings"),
)
#: Pages of this group stand above all groups, by themselves.
HOME = "home"
#: What a view may name as its group; None keeps it out of the menu.
KEYS = frozenset({HOME, None, *(group.key for group in GROUPS)})


def menu() -> list[dict[str, Any]]:
    """Return the menu's entries: pages by themselves, then groups of pages.

    It is kept as long as rights, plugins and settings stay as they are.
    """
    kept: dict[Any, list[dict[str, Any]]] = current_app.extensions["console"].remember(
        "menus", dict
    )
    asked = (acting_user_id(), request.blueprint, catalogue())
    if asked not in kept:
        kept[asked] = _put_together()
    return kept[asked]


def quick() -> list[dict[str, Any]]:
    """Return the pages that have a key, for the top of every page."""
    kept: dict[Any, list[dict[str, Any]]] = current_app.extensions["console"].remember(
        "quick", dict
    )
    asked = (acting_user_id(), catalogue())
    if asked not in kept:
        kept[asked] = [
            {**_page(view), "label": str(view.title), "key": view.key}
            for view in _open_views()
            if view.key
        ]
    return kept[asked]


def _put_together() -> list[dict[str, Any]]:
    by_group: dict[str, list[AdminView]] = {}
    for view in _open_views():
        by_group.setdefault(str(view.group), []).append(view)
    entries = [_page(view) for view in by_group.get(HOME, [])]
    for group in GROUPS:
        pages = [_page(view) for view in by_group.get(group.key, [])]
        if pages:
            active = any(page["active"] for page in pages)
            heading = {"label": str(group.label), "icon": group.icon, "active": active}
            entries.append({**heading, "children": pages})
    return entries


def _open_views() -> list[AdminView]:
    host = current_app.extensions["console"]
    views: list[AdminView] = current_app.extensions["console_menu"]
    shown = [
        view
        for view in views
        if view.group is not None
        and (view.plugin == "console" or host.is_active(view.plugin))
        and view.is_accessible()
    ]
    return sorted(shown, key=lambda view: view.order)


def _page(view: AdminView) -> dict[str, Any]:
    return {
        "label": str(view.title),
        "icon": view.icon,
        "url": f"{view.url}/{view.menu_query}",
        "active": request.blueprint == view.endpoint,
    }
