"""Hearing what plugins announce, and being a member on her phone, in tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient

from console.db import db
from console.hookspecs import hookimpl
from console.host import Host
from console.outbox import Delivery
from console.visitors import Visitor

COOKIE = "visitor_of_a_test"
Announced = Callable[[Callable[..., Any]], list[dict[str, Any]]]
Phone = Callable[..., FlaskClient]


@contextmanager
def hearing(app: Flask, of: Collection[str]) -> Iterator[Announced]:
    """Give a function that returns what was announced by an event of the plugins *of*."""
    host: Host = app.extensions["console"]
    made = []
    for name in sorted(of & host.mounted.keys()):
        for spec in host.mounted[name].plugin.hooks:
            if spec.__dict__["console_kind"] == "event":
                made.append(host.pm.register(_Ear(spec.__name__), f"{name}:ear-{spec.__name__}"))

    def announced(spec: Callable[..., Any]) -> list[dict[str, Any]]:
        owner = spec.__name__.partition("_")[0]
        told = sa.select(Delivery.facts).where(
            Delivery.event == spec.__name__, Delivery.plugin == owner
        )
        return list(db.session.scalars(told.order_by(Delivery.id)))

    yield announced
    for label in made:
        host.pm.unregister(name=label)


class _Ear:
    """A listener that does nothing, so that the event is kept for it."""

    def __init__(self, name: str) -> None:
        setattr(self, name, hookimpl(lambda: None))


@contextmanager
def phones(app: Flask) -> Iterator[Phone]:
    """Give a function that returns the browser of a member's phone: `phone(7, "Chen")`."""
    host: Host = app.extensions["console"]
    label = host.pm.register(_Door(), f"{next(iter(host.mounted))}:door")

    def phone(number: int, name: str = "") -> FlaskClient:
        client = app.test_client()
        client.set_cookie(COOKIE, f"{number}:{name}")
        return client

    yield phone
    host.pm.unregister(name=label)


class _Door:
    """Knows the phones of a test by their cookie."""

    @hookimpl
    def console_identify_visitor(self) -> Visitor | None:
        number, _, name = request.cookies.get(COOKIE, "").partition(":")
        return Visitor(int(number), name) if number else None
