"""The staff pages about people: users, roles, tills, audit trail, approvals, inbox, profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from console.security.views.approvals import Approvals
from console.security.views.inbox import Inbox
from console.security.views.leaving_demo import LeavingDemo
from console.security.views.profile import Profile
from console.security.views.roles import Roles
from console.security.views.tills import Tills
from console.security.views.trail import AuditTrail
from console.security.views.users import Users

VIEWS = (Inbox, Approvals, Users, Roles, Tills, AuditTrail, Profile, LeavingDemo)


def add_views(add_view: Callable[[Any], None]) -> None:
    """Mount the pages; a page that does not say what it needs stops the start."""
    for make in VIEWS:
        view = make("console")
        view.check_complete()
        add_view(view)
