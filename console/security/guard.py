"""The guard: nobody passes an endpoint that does not say who may use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    request,
    url_for,
)
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console import epoch, visitors
from console.i18n import gettext
from console.public import Audience
from console.security import people
from console.security.paths import path_to_return
from console.security.permissions import Permission

V = TypeVar("V", bound=Callable[..., Any])

csrf = CSRFProtect()
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
UNDECLARED = "%s says neither what it needs nor who its audience is"


def open_to(audience: Audience, *, most_bytes: int | None = None) -> Callable[[V], V]:
    """Mark a view of the host that an *audience* may use; longer bodies are a bad request."""

    def mark(view: V) -> V:
        view.__dict__.update(audience=audience, most_bytes=most_bytes)
        return view

    return mark


def needs(permission: Permission) -> Callable[[V], V]:
    """Mark a view of the host that only holders of *permission* may use."""

    def mark(view: V) -> V:
        view.__dict__["needs"] = permission
        return view

    return mark


def install(app: Flask) -> None:
    """Put the guard before every view of *app*, and the pages at the console's door."""
    from console.security import door

    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # a form lives as long as its session
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # the guard itself calls the check
    app.before_request(check_origin)
    app.before_request(check_who)
    app.after_request(finish)
    csrf.init_app(app)
    login = LoginManager()
    login.init_app(app, add_context_processor=False)
    # The person herself is looked up by Flask-Login only when a template names her.
    app.context_processor(lambda: {"current_user": current_user})
    login.request_loader(people.load)
    door.install(app)


def audience_of(endpoint: str) -> str | None:
    """Return who an endpoint is for without a permission, or None: it needs one."""
    view = current_app.view_functions[endpoint]
    audience: str | None = getattr(view, "audience", None)
    if audience is None and _sends_files(endpoint, view):
        return "anyone"
    return audience


def permission_of(endpoint: str) -> Permission | None:
    """Return the permission an endpoint needs, or None when it states none."""
    view = current_app.view_functions[endpoint]
    found: Permission | None = getattr(view, "needs", None)
    owner = getattr(view, "__self__", None)
    if found is None and owner is not None and hasattr(owner, "needed"):
        found = owner.needed(endpoint.rpartition(".")[2])
    return found


def _sends_files(endpoint: str, view: Any) -> bool:
    files = getattr(view, "__func__", None) is Blueprint.send_static_file
    return files or endpoint == "static"


def check_origin() -> None:
    """Refuse what another site sends, and what does not carry our own token."""
    if request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    most = getattr(view, "most_bytes", None)
    if most is not None:
        if (request.content_length or 0) > most:
            abort(400)
        request.max_content_length = most
    if request.method in SAFE or audience_of(request.endpoint) == "signed":
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(400, gettext("This request came from another site and was refused."))
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc not in _own_places():
        abort(400, gettext("This request came from another site and was refused."))
    csrf.protect()


def _own_places() -> set[str]:
    base = current_app.extensions["console_config"].base_url
    return {request.host, urlsplit(base).netloc} if base else {request.host}


def check_who() -> AnyResponse | None:
    """Let pass only who holds what the endpoint needs; an endpoint that needs nothing is shut."""
    endpoint = request.endpoint
    if endpoint is None:
        return None
    audience = audience_of(endpoint)
    if audience is not None:
        return visitors.check_visitor() if audience == "visitor" else None
    needed = permission_of(endpoint)
    found = people.person()
    if found is None:
        return _send_to_sign_in()
    if found.locked:
        return _send_to_keypad()
    if needed is None:
        current_app.logger.error(UNDECLARED, endpoint)
        abort(403)
    return None if needed.held() else abort(403)


def _send_to_sign_in() -> AnyResponse:
    if _is_asked_by_script():
        return _refuse(401, gettext("You were signed out. Sign in again; what you typed is kept."))
    return redirect(url_for("door.sign_in", next=path_to_return()))


def _send_to_keypad() -> AnyResponse:
    if _is_asked_by_script():
        return _refuse(423, gettext("This till is locked. Type your PIN; what you typed is kept."))
    return redirect(url_for("door.locked", next=path_to_return()))


def _is_asked_by_script() -> bool:
    return request.accept_mimetypes.best == "application/json" or request.is_json


def _refuse(status: int, error: str) -> Response:
    answer = jsonify(ok=False, error=error)
    answer.status_code = status
    return answer


def finish(response: Response) -> Response:
    """Keep pages of a person out of every cache, and note that her session was used."""
    if g.get("console_found") is not None:
        response.headers.setdefault("Cache-Control", "no-store")
    return people.note_use(response)


@sa.event.listens_for(Session, "before_flush")
def _raise_epoch(session: Session, *_rest: object) -> None:
    """Whoever changes stores, roles or the like need not think of raising the epoch."""
    for each in (*session.new, *session.deleted, *session.dirty):
        if not getattr(type(each), "remembered", False):
            continue
        if each not in session.dirty or session.is_modified(each):
            epoch.bump()
            return
