"""What messages does by the clock."""

from __future__ import annotations

import datetime as dt

from console import api
from plugins.messages.services.channels import prune_sandbox
from plugins.messages.services.delivering import deliver_again, prune_letters


def prune() -> None:
    """Forget letters that are old."""
    prune_letters()
    prune_sandbox()


SCHEDULES = (
    api.Schedule("deliver", deliver_again, every=dt.timedelta(minutes=1)),
    api.Schedule("prune", prune, daily_at="04:20"),
)
