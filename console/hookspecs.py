"""The host's own hooks, and the six kinds that every hook is one of.

The name tells the contract: `register_<things>` contribution, `<owner>_check_<act>` check,
`<owner>_<plural noun>` collect, `<owner>_<verb>_<noun>` first, `<owner>_<noun>_<gerund>` joining,
`<owner>_<noun>_<past participle>` event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

if TYPE_CHECKING:
    from console.admin import AdminView, Column, Filter, FormSection
    from console.admin.scanning import Scanned
    from console.jobs import Schedule
    from console.plugin import Card, Command, DemoPart
    from console.public import PublicRoutes
    from console.search import SearchSource
    from console.security import Permission
    from console.settings import Setting
    from console.visitors import PhoneTab, Visitor

F = TypeVar("F", bound=Callable[..., Any])

hookimpl = pluggy.HookimplMarker("console")
_spec = pluggy.HookspecMarker("console")


def _kind(name: str, *, firstresult: bool = False) -> Callable[[F], F]:
    def mark(function: F) -> F:
        function.__dict__["console_kind"] = name
        return _spec(firstresult=firstresult)(function)

    return mark


#: Asked once at boot, plugin by plugin, without a database; raising quarantines the plugin.
contribution = _kind("contribution")
#: Asked in the transaction, under the lock; every answer is an objection that rolls it back.
check = _kind("check")
#: Asked in the transaction (raising rolls back) or while rendering (raising leaves it out).
collect = _kind("collect")
#: Asked in the transaction; the first answer wins.
first = _kind("first", firstresult=True)
#: Told in the transaction, so that the listener writes its own tables; raising is a veto.
joining = _kind("joining")
#: Told after commit, stored and redelivered; each listener in a transaction of its own.
event = _kind("event")

KINDS = ("contribution", "check", "collect", "first", "joining", "event")


@contribution
def register_permissions() -> Iterable[Permission]:
    """Return the permissions this plugin checks."""
    raise NotImplementedError


@contribution
def register_admin_views() -> Iterable[type[AdminView]]:
    """Return the classes of the admin views to mount, in menu order."""
    raise NotImplementedError


@contribution
def register_public_routes() -> Iterable[PublicRoutes]:
    """Return the routes to mount outside the console."""
    raise NotImplementedError


@contribution
def register_settings() -> Iterable[Setting[Any]]:
    """Return the settings that the owner edits on the plugin's settings page."""
    raise NotImplementedError


@contribution
def register_jobs() -> Iterable[Schedule]:
    """Return what the worker runs by the clock."""
    raise NotImplementedError


@contribution
def register_cards() -> Iterable[Card]:
    """Return the cards of the home page."""
    raise NotImplementedError


@contribution
def register_commands() -> Iterable[Command]:
    """Return the groups of subcommands of `console`, one per plugin."""
    raise NotImplementedError


@contribution
def register_search() -> Iterable[SearchSource]:
    """Return the groups that this plugin adds to the search palette (Ctrl K)."""
    raise NotImplementedError


@contribution
def register_demo() -> Iterable[DemoPart]:
    """Return the parts of the demo that this plugin loads."""
    raise NotImplementedError


@collect
def console_list_columns(model: type[Any]) -> Iterable[Column]:
    """Return columns for another plugin's list of *model*, without a query per row."""
    raise NotImplementedError


@collect
def console_list_filters(model: type[Any]) -> Iterable[Filter]:
    """Return filters for another plugin's list of *model*."""
    raise NotImplementedError


@collect
def console_form_sections(model: type[Any]) -> Iterable[FormSection]:
    """Return sections for another plugin's form of *model*, saved in the same unit."""
    raise NotImplementedError


@collect
def console_record_panels(model: type[Any], record_id: int) -> Iterable[Any]:
    """Return panels (`api.Panel`) to show below the details of a record."""
    raise NotImplementedError


@collect
def console_record_actions(model: type[Any], record_id: int) -> Iterable[Any]:
    """Return actions (`api.RecordAction`) to offer on the page of a record."""
    raise NotImplementedError


@collect
def console_phone_tabs() -> Iterable[PhoneTab]:
    """Return tabs for the lower edge of a visitor's pages on her phone."""
    raise NotImplementedError


@collect
def console_seal_heads() -> Iterable[str]:
    """Return the plugin's own seals, each as `<plugin>:<digest>`, the oldest first.

    The nightly seal of the audit trail holds the last; verifying names one that has gone.
    """
    raise NotImplementedError


@check
def console_check_disable(plugin: str) -> object | None:
    """Object, in words for the owner, to *plugin* being disabled; None lets it go."""
    raise NotImplementedError


@first
def console_reveal_freely(model: type[Any], record_id: int, store_id: int) -> bool | None:
    """Answer True if this record is of a guest of the store today or tomorrow, else None.

    The front desk then sees her phone by one click that is written down, without a reason.
    """
    raise NotImplementedError


@first
def console_identify_visitor() -> Visitor | None:
    """Return who is signed in on the phone that sent the request at hand, or None.

    Asked at most once in a request, and only for addresses outside the console.
    """
    raise NotImplementedError


@first
def console_welcome_visitor(target: str) -> str | None:
    """Return the path where somebody who is not signed in on her phone may sign in.

    The page there leads on to *target*, the path that was first asked for.
    """
    raise NotImplementedError


@first
def console_open_scan(text: str) -> Scanned | None:
    """Return where a code leads that a person of the staff has scanned; None if it is another's.

    *text* comes without spaces. A `Scanned` with a problem says why a code of one's own leads
    nowhere.
    """
    raise NotImplementedError


@event
def console_plugin_enabled(plugin: str) -> None:
    """A plugin was enabled."""


@event
def console_plugin_disabled(plugin: str) -> None:
    """A plugin was disabled."""


@event
def console_user_signed_in(user_id: int, ip: str) -> None:
    """A staff user signed in."""


@event
def console_language_changed(visitor_id: int, locale: str) -> None:
    """A visitor chose the language in which she reads on her phone."""


@event
def console_notice_sent(notice_id: int) -> None:
    """The staff inbox has a new notice, or an open one says something new.

    For a channel that carries notices further: `api.read_notice` tells what it says to whom.
    """


@event
def console_signin_refused(login: str, ip: str) -> None:
    """A sign-in was refused: wrong password, locked, or switched off."""
