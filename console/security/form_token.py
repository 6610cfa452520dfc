"""The token that every form carries, so that no other site can send one in a person's name."""

from __future__ import annotations

import time
from typing import Any

from flask import current_app, g, session
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf

FIELD = "csrf_token"
#: Seconds after which the same token is signed anew, and how many are kept.
SIGNED, MOST_SIGNED = 60.0, 1000


def form_token() -> str:
    """Return the token of this answer's forms.

    It serves as long as its session. Flask-WTF would sign it anew for every answer; now it is
    another one only every minute, which is still too often for one to be guessed by letters from
    the lengths of packed answers.
    """
    if FIELD in g:
        return str(g.get(FIELD))
    kept: dict[Any, tuple[float, str]]
    kept = current_app.extensions.setdefault("console_form_tokens", {})
    until, token = kept.get(session.get(FIELD), (0.0, ""))
    if until > time.monotonic():
        setattr(g, FIELD, token)
        return token
    token = str(generate_csrf())
    if len(kept) >= MOST_SIGNED:
        kept.clear()
    kept[session[FIELD]] = time.monotonic() + SIGNED, token
    return token


class _SharedToken(FlaskForm.Meta.csrf_class):  # type: ignore[misc]
    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        del csrf_token_field  # it says nothing of the session
        return form_token()


class TokenForm(FlaskForm):  # type: ignore[misc]
    """A form that carries the same token as all others of its answer."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How WTForms comes to the token."""

        csrf_class = _SharedToken
