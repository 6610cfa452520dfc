"""Drawing what is shown of messages on pages of records."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from console import api
from plugins.messages.models import PURPOSES, STATES, Message
from plugins.messages.services.channels import all_channels
from plugins.messages.services.delivering import letters_of
from plugins.messages.services.texts import show_body, show_title

SHOWN = 5
TONES = {"sent": "good", "failed": "bad", "waiting": "calm", "sending": "calm", "dropped": "calm"}


def draw_panel(member_id: int) -> Markup:
    """Draw the latest messages to a member, with the way to all of them."""
    latest = sa.select(Message).where(Message.member_id == member_id).order_by(Message.id.desc())
    rows = api.db.session.scalars(latest.limit(SHOWN)).all()
    letters = letters_of([row.id for row in rows])
    return _draw(
        "_panel.html",
        messages=[(row, letters.get(row.id, [])) for row in rows],
        title=show_title,
        body=show_body,
        all_url=f"/console/messages/messages/?f.member_id.eq={member_id}",
    )


def draw_message(message: Message) -> Markup:
    """Draw what a message says, as its member reads it."""
    return _draw("_message.html", title=show_title(message), body=show_body(message))


def draw_letters(message: Message) -> Markup:
    """Draw how the letters of a message went."""
    return _draw("_letters.html", letters=letters_of([message.id]).get(message.id, []))


def _draw(template: str, **values: Any) -> Markup:
    channels = {key: each.title for key, each in all_channels().items()}
    return Markup(  # noqa: S704 - a template escapes
        render_template(
            f"messages/{template}",
            states=dict(STATES),
            tones=TONES,
            purposes=dict(PURPOSES),
            channels=channels,
            **values,
        )
    )
