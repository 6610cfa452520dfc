"""A plugin for tests: it hears its own event, and fails as the event asks it to."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterable

import click
from sqlalchemy.orm import Mapped

from console import api
from console.api import _


class Ring(api.Model):
    """A ring that was heard."""

    __tablename__ = "bell_ring"
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    text: Mapped[str] = api.column(_("Text"))


class Rung(Exception):
    """The listener was asked to fail."""


@api.event
def bell_guest_rung(text: str, mood: str) -> None:
    """A guest rang."""


def hear(text: str, mood: str) -> None:
    api.db.session.add(Ring(text=text))
    api.db.session.flush()
    if mood == "fail":
        raise Rung("call 13800138000")
    if mood == "exit":
        raise SystemExit(3)
    if mood == "hang":
        time.sleep(3600)
    if mood == "die":
        os._exit(9)


@api.unit
def ring(text: str, mood: str = "well") -> None:
    """Ring once, so that the bell's listener hears it."""
    api.emit(bell_guest_rung, text=text, mood=mood)


@api.job(_("Ring many times"))
def ring_often(run: api.JobRun, *, times: int, die_at: int = 0) -> dict[str, int]:
    """Ring, one unit each; the first run dies at the given ring."""
    for number in range(1, times + 1):
        if run.cancelled:
            break
        note(f"ring {number}")
        if number == die_at and count(f"ring {number}") == 1:
            os._exit(9)
        run.progress(number, times, "ringing")
    return {"rings": number}


@api.job(_("Ring many times"))
def ring_until_told(run: api.JobRun) -> dict[str, int]:
    """Ring until somebody rang once by the swift job."""
    rings = 0
    while not count("swift"):
        note(f"ring {rings}")
        rings += 1
        run.progress(rings, rings + 1)
    return {"rings": rings}


@api.job(_("Ring many times"), swift=True)
def ring_once(run: api.JobRun) -> None:
    """Ring once, for somebody who waits."""
    note("swift")


@api.unit
def note(text: str) -> None:
    api.db.session.add(Ring(text=text))


def count(text: str) -> int:
    return api.db.session.query(Ring).filter(Ring.text == text).count()


def tick() -> None:
    note("tick")


def load_demo() -> None:
    note("demo")


def advance_demo(last: dt.date) -> None:
    note(f"since {last}")


@click.group
def bell() -> None:
    """Ring the bell."""


@bell.command("ring")
@click.argument("text")
@click.option("--mood", default="well")
def ring_command(text: str, mood: str) -> None:
    """Ring once."""
    ring(text, mood)


class Bell(api.Plugin):
    """The bell at the counter."""

    name = "bell"
    version = "1.0"
    title = _("Bell")
    summary = _("Rings.")
    hooks = (bell_guest_rung,)
    commands = (api.Command(bell),)
    demo = (api.DemoPart(load_demo, advance_demo),)

    @api.hookimpl
    def bell_guest_rung(self, text: str, mood: str) -> None:
        hear(text, mood)

    @api.hookimpl
    def register_jobs(self) -> Iterable[api.Schedule]:
        return [api.Schedule("tick", tick, daily_at="03:00")]
