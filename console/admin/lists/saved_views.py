"""Saved views: a list's filters, columns, sort and page size under a name.

The URL stays the truth: a view is a link to a state, and the state says which view it began with.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import current_app, url_for

from console import audit, clock, epoch
from console.admin.lists.models import LONGEST_NAME, SavedView, ViewRole
from console.admin.state import ALL, SIZE, SIZES, Asked, State
from console.db import db
from console.errors import NotFound, Refused
from console.i18n import _, translate
from console.security import people, rights, users
from console.security.actors import actor
from console.security.permissions import host_permission
from console.unit import unit

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin

SHARE_VIEWS = host_permission("console.share_views", _("Share views of lists"), ("manager",))
#: Views that one person may keep of one list.
MOST_VIEWS = 50


@dataclass(frozen=True)
class KnownView:
    """A saved view as plain values, which outlive the transaction that read them."""

    id: int
    endpoint: str
    name: str
    names: dict[str, str]
    user_id: int | None
    state: dict[str, Any]
    #: The roles that see it, and whether the list opens with it for them.
    roles: Mapping[int, bool]

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return translate(self.name, self.names)

    def read(self) -> State:
        """Return the state of the list that it leads to."""
        kept = self.state
        size = kept.get("size", SIZE)
        return State(
            filters=tuple(Asked(*each) for each in kept.get("filters", ())),
            sort=kept.get("sort", ""),
            size=size if size in SIZES else SIZE,
            columns=tuple(kept.get("columns", ())),
            view=str(self.id),
        )


def keep_state(state: State, columns: list[str]) -> dict[str, Any]:
    """Return what a view keeps of a list: all but the search and the page."""
    return {
        "filters": [[each.key, each.operation, each.value] for each in state.filters],
        "sort": state.sort,
        "size": state.size,
        "columns": columns,
    }


def differs(saved: KnownView, state: State, shown: list[str], known: Container[str]) -> bool:
    """Tell whether a list in *state* is no longer as it was saved.

    *shown* are its columns, *known* all that there are: what is not there at the moment is left
    out of the comparison.
    """
    own = saved.read()
    columns = [key for key in own.columns if key in known]
    return (
        sorted(map(_plain, own.filters)) != sorted(map(_plain, state.filters))
        or (own.sort, own.size) != (state.sort, state.size)
        or (bool(columns) and columns != shown)
    )


def _plain(asked: Asked) -> tuple[str, str, str]:
    return asked.key, asked.operation, asked.value


def views_of(view: ModelAdmin) -> list[KnownView]:
    """Return the saved views of a list that the person has: those of her roles, then her own."""
    of_list = [each for each in _known().values() if each.endpoint == view.endpoint]
    if not of_list:
        return []
    me, roles = actor().user_id, _own_roles()
    mine = [
        each
        for each in of_list
        if (me is not None and each.user_id == me) or roles & set(each.roles)
    ]
    return sorted(mine, key=lambda each: (not each.roles, each.id))


def find_view(view: ModelAdmin, number: object) -> KnownView | None:
    """Return a saved view of this list that the person has, by its number in a URL."""
    return next((each for each in views_of(view) if str(each.id) == str(number)), None)


def may_change(saved: KnownView) -> bool:
    """Tell whether the person may change a view: her own, or a shared one if she may share."""
    own = saved.user_id is not None and saved.user_id == actor().user_id
    return SHARE_VIEWS.held() if saved.roles else own


def default_of(view: ModelAdmin) -> KnownView | None:
    """Return the view that the list opens with: the person's own choice, else her role's."""
    mine = views_of(view)
    if not mine:
        return None
    person = people.person()
    chosen = person.preferences.get(preference_of(view), "") if person is not None else ""
    if chosen == ALL:
        return None
    own = next((each for each in mine if str(each.id) == chosen), None)
    roles = _own_roles()
    of_role = (e for e in mine if any(e.roles.get(role) for role in roles))
    return own or next(of_role, None)


def default_url(view: ModelAdmin) -> str | None:
    """Return where a list leads that was opened without any state; None to stay."""
    found = default_of(view)
    return None if found is None else url_of(view, found)


def url_of(view: ModelAdmin, saved: KnownView) -> str:
    """Return the URL of the list as the view shows it."""
    return saved.read().url(url_for(f"{view.endpoint}.index_view"))


def preference_of(view: ModelAdmin) -> str:
    """Name the preference that says which view a person's list opens with."""
    return f"view:{view.endpoint}"


def _own_roles() -> set[int]:
    user_id = actor().user_id
    if user_id is None:
        return set()
    return {role for role, _store in rights.read().grants.get(user_id, ())}


def _known() -> dict[int, KnownView]:
    found: dict[int, KnownView] = current_app.extensions["console"].remember("views", _read)
    return found


def _read() -> dict[int, KnownView]:
    roles: dict[int, dict[int, bool]] = {}
    for view_id, role_id, is_default in db.session.execute(
        sa.select(ViewRole.view_id, ViewRole.role_id, ViewRole.is_default)
    ):
        roles.setdefault(view_id, {})[role_id] = is_default
    rows = db.session.execute(
        sa.select(
            SavedView.id,
            SavedView.endpoint,
            SavedView.name,
            SavedView.names,
            SavedView.user_id,
            SavedView.state,
        ).where(SavedView.deleted_at.is_(None))
    )
    return {row.id: KnownView(**row._mapping, roles=roles.get(row.id, {})) for row in rows}


@unit
def save_view(
    endpoint: str,
    name: str,
    state: Mapping[str, Any],
    *,
    keep: KnownView | None = None,
    names: Mapping[str, str] | None = None,
) -> int:
    """Store a new view of a list for who acts, or another name and state of the view *keep*."""
    number = keep.id if keep else None
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(_("Give it a name of up to %(count)s characters.", count=LONGEST_NAME))
    me = actor().user_id
    mine = [each for each in _known().values() if (each.endpoint, each.user_id) == (endpoint, me)]
    if any(each.name == name and each.id != number for each in mine):
        raise Refused(_("You have a view of this name already."))
    if number is None and len(mine) >= MOST_VIEWS and me is not None:
        raise Refused(_("You have %(count)s views of this list; delete one.", count=len(mine)))
    row = SavedView(endpoint=endpoint, user_id=me) if number is None else _lock(number)
    if number is None or row.name != name:
        row.names = dict(names or {})
    row.name, row.state, row.changed_at = name, dict(state), clock.now()
    db.session.add(row)
    db.session.flush()
    epoch.bump()
    return int(row.id)


@unit
def share_view(number: int, roles: Mapping[int, bool]) -> None:
    """Share a view with exactly these roles; True lets their list open with it."""
    row = _lock(number)
    known = rights.read().roles
    before = {link.role_id: link for link in _links(number)}
    for role_id, link in before.items():
        if role_id not in roles:
            db.session.delete(link)
    for role_id, is_default in roles.items():
        if role_id not in known:
            raise NotFound(_("There is no such role."))
        if is_default:
            _clear_default(row.endpoint, role_id)
        link = before.get(role_id) or ViewRole(view_id=number, role_id=role_id)
        link.is_default = is_default
        db.session.add(link)
    if roles or before:
        told = {"list": row.endpoint, "roles": sorted(roles)}
        audit.record("view.shared", row, after=told, title=_("A view of a list was shared"))
    epoch.bump()


def _clear_default(endpoint: str, role_id: int) -> None:
    others = sa.select(SavedView.id).where(SavedView.endpoint == endpoint)
    db.session.execute(
        sa.update(ViewRole)
        .where(ViewRole.role_id == role_id, ViewRole.view_id.in_(others))
        .values(is_default=False)
    )


def open_with(view: ModelAdmin, chosen: str | None) -> None:
    """Let the person's list open with a view, with `ALL` rows, or (None) as her role has it."""
    user_id = actor().user_id
    if user_id is not None:
        users.remember(user_id, preference_of(view), chosen)


@unit
def delete_view(number: int) -> None:
    """Take a view away; `restore_view` brings it back."""
    row = _lock(number)
    row.deleted_at = clock.now()
    if _links(number):
        audit.record("delete", row, before={"name": row.name, "list": row.endpoint})
    epoch.bump()


@unit
def restore_view(endpoint: str, number: int) -> None:
    """Bring back a view that the person deleted and could still change."""
    row = _lock(number)
    links = _links(number)
    own = row.user_id is not None and row.user_id == actor().user_id
    if row.endpoint != endpoint or not (SHARE_VIEWS.held() if links else own):
        raise NotFound(_("There is no such view."))
    row.deleted_at = None
    if links:
        audit.record("add", row, after={"name": row.name, "list": row.endpoint})
    epoch.bump()


def _links(number: int) -> list[ViewRole]:
    return list(db.session.scalars(sa.select(ViewRole).where(ViewRole.view_id == number)))


def _lock(number: int) -> SavedView:
    row = db.session.get(SavedView, number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("There is no such view."))
    return row
