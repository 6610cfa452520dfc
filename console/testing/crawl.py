"""Every page there is, found in the map of addresses and filled with records that exist."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from console.admin import ModelAdmin
from console.db import db, registries
from console.host import Host
from console.security.guard import audience_of, permission_of

#: Pages of one record, which they are told by `?id=`.
OF_A_RECORD = ("edit_view", "details_view", "delete_view")
#: What a plugin adds to pages of others: the hook, and whether it is asked for one record.
ADDS_TO = {
    "console_list_columns": False,
    "console_list_filters": False,
    "console_form_sections": False,
    "console_record_panels": True,
    "console_record_actions": True,
}
HOME, SETTINGS = "console_home", "console_settings.edit"


@dataclass(frozen=True)
class Address:
    """One rule with one method, and an address that fits it."""

    rule: Rule
    method: str
    path: str

    @property
    def endpoint(self) -> str:
        """The name of the view."""
        return str(self.rule.endpoint)

    @property
    def audience(self) -> str | None:
        """Who may use it without a permission."""
        return audience_of(self.endpoint)

    @property
    def permission(self) -> str | None:
        """The key of the permission it needs."""
        needed = permission_of(self.endpoint)
        return needed.key if needed else None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def addresses(app: Flask, of: Collection[str] | None = None) -> Iterator[Address]:
    """Every rule with every method, whatever it is for; *of* leaves other plugins' out."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: r.rule):
        if of is not None and owner_of(app, rule) not in of:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Address(rule, method, fill(app, rule))


def owner_of(app: Flask, rule: Rule) -> str:
    """Return the plugin that a rule belongs to; the host is `console`."""
    host: Host = app.extensions["console"]
    return host.owner(str(rule.endpoint).rpartition(".")[0]) or "console"


def shown_by(app: Flask, of: Collection[str]) -> Iterator[Address]:
    """Every address of some plugins, and the pages of others that show something of theirs."""
    host: Host = app.extensions["console"]
    for address in addresses(app):
        owner = owner_of(app, address.rule)
        view = view_of(app, address.endpoint)
        home = address.endpoint.startswith(f"{HOME}.") and _any_cards(host, of)
        if owner in of or home or (isinstance(view, ModelAdmin) and _is_added_to(host, view, of)):
            yield address
        elif address.endpoint == SETTINGS and address.method == "GET":
            for name in sorted(n for n in of if host.mounted[n].settings):
                yield Address(address.rule, "GET", address.rule.rule.replace("<owner>", name))


def _any_cards(host: Host, of: Collection[str]) -> bool:
    return any(mounted.cards for name, mounted in host.mounted.items() if name in of)


def _is_added_to(host: Host, view: ModelAdmin, of: Collection[str]) -> bool:
    first = _first_id(view)
    for hook, of_a_record in ADDS_TO.items():
        facts = {"model": view.subject, "record_id": first}
        for name, function, wanted in host.listeners(hook):
            if name not in of or (of_a_record and first is None):
                continue
            if list(function(**{key: facts[key] for key in wanted})):
                return True
    return False


def fill(app: Flask, rule: Rule) -> str:
    """Return an address for *rule*, of a record that exists where it wants one."""
    first = str(first_id(app, rule) or 1)
    path = re.sub(r"<(?:([^:<>]+):)?[^<>]+>", lambda m: _value(m.group(1), first), rule.rule)
    wants_id = rule.endpoint.rpartition(".")[2] in OF_A_RECORD
    return f"{path}?id={first}" if wants_id else path


def _value(converter: str | None, first: str) -> str:
    return first if converter in (None, "int", "string") else "x"


def first_id(app: Flask, rule: Rule) -> Any:
    """Return the id of a record that a rule's view is about, if it is about records."""
    view = view_of(app, rule.endpoint)
    return _first_id(view) if isinstance(view, ModelAdmin) else None


def _first_id(view: ModelAdmin) -> Any:
    key = sa.inspect(view.subject).primary_key[0]
    return db.session.scalar(sa.select(sa.func.min(key)))


def view_of(app: Flask, endpoint: str) -> Any:
    """Return the admin view behind an endpoint, or None."""
    return getattr(app.view_functions[endpoint], "__self__", None)


def texts_in_the_database(app: Flask) -> set[str]:
    """Every text that somebody typed: a page may show it in whatever language it is."""
    found: set[str] = set()
    for name in ("console", *app.extensions["console"].mounted):
        for mapper in registries[name].mappers if name in registries else ():
            for column in mapper.local_table.columns:
                asked = sa.select(column)
                if isinstance(column.type, sa.String):
                    found |= {v for v in db.session.scalars(asked.distinct()) if v}
                elif isinstance(column.type, sa.JSON):  # PostgreSQL cannot compare it
                    found |= {str(v) for v in db.session.scalars(asked) if v}
    return found
