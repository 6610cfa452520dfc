"""The addresses of members' pages, and the cookie by which a phone is known."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from console import api
from plugins.membership.services.visitors import IDLE_DAYS, start_session

routes = api.PublicRoutes("membership", __name__)

#: Which member is signed in on this phone.
COOKIE = "member_card"
CARD = "/membership/card"
DAY = 86_400


def token_here() -> str:
    """Return the token that this phone sent."""
    return api.read_cookie(COOKIE)


def sign_in(member_id: int, target: str) -> Response:
    """Sign a member in on this phone and lead her on; its former token is dead at once."""
    token = start_session(
        member_id,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
        former=token_here(),
    )
    api.forget_visitor()
    response = redirect(target)
    keep_token(response, token)
    return response


def keep_token(response: Any, token: str) -> None:
    """Let the phone keep its token for as long as it may lie unused."""
    api.put_cookie(response, COOKIE, token, max_age=IDLE_DAYS.get() * DAY)


def show(template: str, problem: api.Refused | None = None, **context: Any) -> Any:
    """Draw a page of `templates/membership/phone/`, with the status of what was refused."""
    page = api.render_public(f"membership/phone/{template}.html", problem=problem, **context)
    return (page, problem.status) if problem else page
