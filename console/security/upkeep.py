"""What is forgotten at night: dead sessions, old tries, old notices."""

from __future__ import annotations

from console import inbox
from console.jobs import Schedule
from console.security import sessions, throttle
from console.work import add_schedule


def forget_old() -> None:
    """Forget what nobody will ask for any more."""
    sessions.prune()
    throttle.prune()
    inbox.prune()


FORGET = Schedule("forget_old_sign_ins", forget_old, daily_at="03:40")


def install() -> None:
    """Let the worker do it every night."""
    add_schedule(FORGET)
