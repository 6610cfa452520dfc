"""The cards of membership on the home page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from console import api
from plugins.membership.admin.importing import MOVING_IN
from plugins.membership.models import Member
from plugins.membership.permissions import ADD_MEMBERS, SEE_MEMBERS
from plugins.membership.services.finding import today_of_chain

DAYS_AHEAD, MOST = 7, 8


def _within_reach() -> Sequence[sa.ColumnElement[bool]]:
    stores = SEE_MEMBERS.stores()
    where = Member.scope.where
    return [] if stores is None or where is None else [where(Member, stores)]


def draw_new_members() -> Any:
    """Draw how many members joined today, and the way to add another."""
    today = today_of_chain()
    wanted = sa.select(sa.func.count()).select_from(Member)
    count = api.db.session.scalar(wanted.where(Member.joined_on >= today, *_within_reach()))
    return Markup(  # noqa: S704 - a template escapes
        render_template(
            "membership/_new_members.html",
            count=count,
            today=today,
            may_add=ADD_MEMBERS.held(),
        )
    )


def draw_birthdays() -> Any:
    """Draw whose birthday comes within a week; nothing when there is none."""
    today = today_of_chain()
    found = api.db.session.execute(
        sa.select(Member.id, Member.name, Member.next_birthday_on)
        .where(
            Member.next_birthday_on >= today,
            Member.next_birthday_on < today + dt.timedelta(days=DAYS_AHEAD),
            *_within_reach(),
        )
        .order_by(Member.next_birthday_on, Member.id)
        .limit(MOST)
    ).all()
    if not found:
        return None
    html = render_template("membership/_birthdays.html", members=found, today=today)
    return Markup(html)  # noqa: S704 - a template escapes


CARDS = (
    MOVING_IN,
    api.Card("membership.new_members", SEE_MEMBERS, draw_new_members, order=30),
    api.Card("membership.birthdays", SEE_MEMBERS, draw_birthdays, order=40),
)
