"""The application on a real port, for browsers; `console.testing` serves it."""

from __future__ import annotations

from console.db import db
from console.security.models import User
from console.testing.live import Live
from console.unit import unit

__all__ = ["Live", "choose"]


@unit
def choose(user_id: int, **look: str) -> None:
    """Set how somebody sees the console: `locale`, `theme`, `density`."""
    user = db.session.get_one(User, user_id)
    for key, value in look.items():
        setattr(user, key, value)
