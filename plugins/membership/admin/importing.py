"""The pages on which members are taken in from spreadsheets."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from console import api
from console.api import _
from plugins.membership.importing.intake import INTAKE
from plugins.membership.models import Member
from plugins.membership.permissions import IMPORT_MEMBERS


class MemberImport(api.ImportView):
    """Taking in the members of an earlier system."""

    intake, noun = INTAKE, "import"
    title = _("Import members")
    group, order = "members", 40


def draw_moving_in() -> Any:
    """Draw the way in for the members of an earlier system, while there are none at all."""
    if api.db.session.scalar(sa.select(sa.exists().where(Member.id.is_not(None)))):
        return None
    return Markup(render_template("membership/_moving_in.html"))  # noqa: S704 - a template escapes


MOVING_IN = api.Card("membership.moving_in", IMPORT_MEMBERS, draw_moving_in, order=5, wide=True)
