"""What the pages of a list do with saved views: show them as tabs, keep, change and delete them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import Response, abort, jsonify, redirect, request, url_for
from flask_admin.base import expose
from werkzeug.datastructures import MultiDict

from console.admin.listing import Listing
from console.admin.lists import saved_views, segments
from console.admin.lists.saved_views import SHARE_VIEWS, KnownView
from console.admin.saying import say_done
from console.admin.shown import shown_columns
from console.admin.state import ALL, Asked, State
from console.errors import Refused
from console.i18n import _, gettext
from console.security import rights
from console.security.users import role_name
from console.unit import unit

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin


class SavedViewPages:
    """The addresses under which a list's views are kept; mixed into `ModelAdmin`."""

    @expose("/views/", methods=("POST",))
    def views_add(self: Any) -> Response:
        """Keep the list as it is under a name."""
        told = _told()
        number = _save(self, told, None)
        return jsonify(ok=True, url=_url(self, number))

    @expose("/views/<int:number>/", methods=("POST",))
    def views_change(self: Any, number: int) -> Response:
        """Change a view's name, state, or the roles that see it."""
        saved = _changeable(self, number)
        _save(self, _told(), saved)
        return jsonify(ok=True, url=_url(self, number))

    @expose("/views/<int:number>/delete/", methods=("POST",))
    def views_delete(self: Any, number: int) -> Any:
        """Delete a view; that can be undone."""
        saved = _changeable(self, number)
        saved_views.delete_view(number)
        text = gettext("Deleted the view “%(name)s”.", name=saved.label)
        undo = url_for(".views_restore", number=number)
        say_done(text, undo)
        return redirect(url_for(".index_view", view=ALL))

    @expose("/views/<int:number>/restore/", methods=("POST",))
    def views_restore(self: Any, number: int) -> Any:
        """Bring a deleted view back."""
        saved_views.restore_view(self.endpoint, number)
        return redirect(_url(self, number))

    @expose("/views/default/", methods=("POST",))
    def views_default(self: Any) -> Any:
        """Let the list open with a view, with all rows, or as the person's role has it."""
        wanted = request.form.get("view", "")
        found = saved_views.find_view(self, wanted)
        if wanted not in ("", ALL) and found is None:
            abort(404)
        saved_views.open_with(self, wanted or None)
        say_done(gettext("The list opens so from now on."))
        url = saved_views.url_of(self, found) if found else url_for(".index_view", view=ALL)
        return redirect(url)


def _told() -> dict[str, Any]:
    told = request.get_json(silent=True)
    return told if isinstance(told, dict) else abort(400)


def _changeable(view: ModelAdmin, number: int) -> KnownView:
    saved = saved_views.find_view(view, number)
    return saved if saved is not None and saved_views.may_change(saved) else abort(404)


def _url(view: ModelAdmin, number: int) -> str:
    found = saved_views.find_view(view, number)
    return saved_views.url_of(view, found) if found else url_for(".index_view", view=ALL)


@unit
def _save(view: ModelAdmin, told: Mapping[str, Any], saved: KnownView | None) -> int:
    """Store what a dialog or a button told of a view; return its number."""
    state = saved.state if saved else {}
    query = told.get("query")
    if isinstance(query, str):
        state = _state(view, State.read(MultiDict(parse_qsl(query.removeprefix("?")))))
    name = str(told.get("name", saved.name if saved else ""))
    number = saved_views.save_view(view.endpoint, name, state, keep=saved)
    roles = told.get("roles")
    if isinstance(roles, dict):
        _share(number, roles, saved)
    return number


def _state(view: ModelAdmin, state: State) -> dict[str, Any]:
    listing = Listing(view, state, view.needs["view"])
    for asked in state.filters:
        known = listing.filters.get(asked.key)
        if known is not None and known.sensitive:
            raise Refused(_("A view cannot keep the filter “%(name)s”.", name=str(known.label)))
    return saved_views.keep_state(state, [c.key for c in shown_columns(view, listing)])


def _share(number: int, roles: Mapping[str, Any], saved: KnownView | None) -> None:
    wanted = {int(key): bool(value) for key, value in roles.items() if key.isdecimal()}
    if wanted == dict(saved.roles if saved else {}):
        return
    if not SHARE_VIEWS.held():
        raise Refused(_("You are not allowed to share views."))
    saved_views.share_view(number, wanted)


def describe(view: ModelAdmin, listing: Listing, state: State, shown: list[str]) -> dict[str, Any]:
    """Return what the template of a list in *state* shows of the person's views."""
    mine = saved_views.views_of(view)
    opens = saved_views.default_of(view)
    active = next((each for each in mine if str(each.id) == state.view), None)
    known = {column.key for column in listing.columns}
    changed = active is not None and saved_views.differs(active, state, shown, known)
    base = url_for(f"{view.endpoint}.index_view")
    everything = {
        "label": gettext("All"),
        "url": f"{base}?view={ALL}" if opens else base,
        "active": active is None and not state.is_narrowed,
        "changed": False,
        "shared": False,
    }
    tabs = [
        {
            "label": each.label,
            "url": saved_views.url_of(view, each),
            "active": each is active,
            "changed": each is active and changed,
            "shared": bool(each.roles),
        }
        for each in mine
    ]
    return {
        "tabs": [everything, *tabs] if tabs else [],
        "active": None if active is None else _describe_active(view, active, opens),
        "changed": changed,
        "in_url": bool(state.columns),
        "add_url": f"{base}views/",
        "default_url": f"{base}views/default/",
        "opens_with_another": opens is not None and opens is not active,
        "roles": _roles() if SHARE_VIEWS.held() else [],
        "missing": missing(listing, state),
    }


def _describe_active(view: ModelAdmin, saved: KnownView, opens: KnownView | None) -> dict[str, Any]:
    place = url_for(f"{view.endpoint}.views_change", number=saved.id)
    may = saved_views.may_change(saved)
    return {
        "id": saved.id,
        "label": saved.label,
        "name": saved.name,
        "roles": {str(role): is_default for role, is_default in saved.roles.items()},
        "opens": opens is not None and opens.id == saved.id,
        "change_url": place if may else None,
        "delete_url": f"{place}delete/" if may else None,
        "reset_url": saved_views.url_of(view, saved),
    }


def _roles() -> list[dict[str, Any]]:
    known = rights.read().roles.values()
    return [{"id": role.id, "name": role_name(role.preset, role.name)} for role in known]


def missing(listing: Listing, state: State) -> list[dict[str, Any]]:
    """Name what *state* asks for and is not there, such as a column of a disabled plugin."""
    columns = {column.key for column in listing.columns}
    sort = state.sort.removeprefix("-")
    gone = [key for key in dict.fromkeys((*state.columns, sort)) if key and key not in columns]
    base = url_for(f"{listing.view.endpoint}.index_view")
    found: list[dict[str, Any]] = [{"name": key, "remove_url": None} for key in gone]
    found += [
        {"name": _name_of(listing, asked), "remove_url": state.without(asked).url(base)}
        for asked in state.filters
        if asked.key not in listing.filters or _is_broken(listing, asked)
    ]
    return found


def _name_of(listing: Listing, asked: Asked) -> str:
    known = listing.filters.get(asked.key)
    return asked.key if known is None else str(known.label)


def _is_broken(listing: Listing, asked: Asked) -> bool:
    """Tell whether a filter asks for a segment that is gone, or that asks for what is gone."""
    if asked.key != segments.KEY or not asked.value.isdecimal():
        return False
    known = {each.id: each for each in segments.segments_of(listing.model)}
    segment = known.get(int(asked.value))
    return segment is None or bool(segments.missing_of(listing.view, segment))
