"""The actor: who does what is being done, from where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from flask import g, has_request_context, request
from flask.globals import _cv_app


@dataclass(frozen=True)
class Actor:
    """Who acts: a staff user, or the console itself when *user_id* is None."""

    user_id: int | None = None
    name: str = ""
    store_id: int | None = None
    ip: str = ""
    request_id: str = ""
    till_id: int | None = None


_acting: ContextVar[Actor | None] = ContextVar("console_actor", default=None)


def actor() -> Actor:
    """Return who acts: the signed-in person, or the console itself outside a request."""
    acting = _acting.get()
    if acting is not None:
        return acting
    if not has_request_context():
        return Actor(name="console")
    person = g.get("console_person")
    request_id = g.get("request_id", "")
    ip = request.remote_addr or ""
    if person is None:
        return Actor(ip=ip, request_id=request_id)
    return Actor(person.id, person.name, person.store_id, ip, request_id, person.till_id)


def who_acts() -> tuple[int | None, bool]:
    """Return the number of the person who acts, and whether it is the console itself that acts.

    It does in the worker, on the command line and in the demo. A guest is neither.
    """
    acting = _acting.get()
    if acting is not None:
        return acting.user_id, acting.user_id is None
    if not has_request_context():
        return None, True
    # A page asks thirty times what she may do, each time by way of a proxy.
    person = _cv_app.get().g.get("console_person")
    return (None if person is None else person.id), False


def acting_user_id() -> int | None:
    """Return the number of the person who acts, or None."""
    return who_acts()[0]


def acts_as_console() -> bool:
    """Tell whether the console itself acts (worker, command line, demo), not a person."""
    return who_acts()[1]


@contextmanager
def acting_as(who: Actor) -> Iterator[None]:
    """Let `actor()` answer *who* within the block; for the worker, commands and the demo."""
    token = _acting.set(who)
    try:
        yield
    finally:
        _acting.reset(token)
