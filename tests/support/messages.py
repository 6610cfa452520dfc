"""Messages as tests need them: a channel that fails on request, and members who read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api, demo, worker
from console.api import _
from plugins.membership.models import Member
from plugins.messages.api import Channel, ChannelDown, Letter, MessageKind
from plugins.messages.models import Delivery, Message, SandboxLetter
from plugins.messages.services.settings import (
    CODE_CHANNEL,
    MARKETING_CHANNEL,
    SERVICE_CHANNEL,
)
from tests.support.membership import join
from tests.support.people import add_store

WELCOME = MessageKind(
    "pier.welcome", _("Welcome"), _("Welcome, %(name)s. Your number is %(number)s.")
)
OFFER = MessageKind("pier.offer", _("Welcome"), _("Welcome, %(name)s."), "marketing")
PHONE = "13800138000"


class Pier(api.Plugin):
    """Brings a channel that keeps its letters, and that is down when a test wants it."""

    name, version = "pier", "1.0"
    title, summary = _("Store"), _("Store")
    letters: list[Letter] = []
    units: list[bool] = []
    #: What its channel raises, try after try.
    troubles: list[BaseException] = []

    @api.hookimpl
    def messages_channels(self) -> Iterator[Channel]:
        yield Channel("pier", _("Pier"), self.deliver)

    def deliver(self, letter: Letter) -> None:
        """Keep a letter, and whether a transaction was open meanwhile."""
        self.units.append(api.in_unit() or api.db.session().in_transaction())
        if self.troubles:
            raise self.troubles.pop(0)
        self.letters.append(letter)


@pytest.fixture
def pier(app: Flask) -> Iterator[type[Pier]]:
    """The channel, brought to the shared application and chosen for every purpose."""
    plugins = app.extensions["console"].pm
    for kept in (Pier.letters, Pier.units, Pier.troubles):
        kept.clear()
    plugins.register(channel := Pier(), "messages:pier")
    choose("pier")
    yield Pier
    plugins.unregister(channel)


@api.unit
def choose(channel: str) -> None:
    """Let every purpose go by one channel."""
    for setting in (SERVICE_CHANNEL, MARKETING_CHANNEL, CODE_CHANNEL):
        setting.put(channel)


@api.unit
def turn_demo_on() -> None:
    """Let the demo flag be on, as it is after the demo was loaded."""
    demo.STATE.put("on")


def add_member(name: str = "Mei", phone: str | None = PHONE, **more: Any) -> int:
    """Add a member, and the store she knows if there is none yet."""
    store = api.db.session.scalar(sa.select(sa.func.min(api.Store.id))) or add_store()
    return int(join(name, more.pop("store", store), phone, **more).id)


@api.unit
def agree(member_id: int, *, yes: bool = True) -> None:
    """Let a member agree to marketing, or no longer."""
    api.db.session.get_one(Member, member_id).may_market = yes


def messages() -> list[Message]:
    """Return all messages, the oldest first."""
    return list(api.db.session.scalars(sa.select(Message).order_by(Message.id)))


def deliveries() -> list[Delivery]:
    """Return all letters, the oldest first."""
    return list(api.db.session.scalars(sa.select(Delivery).order_by(Delivery.id)))


def sandbox() -> list[SandboxLetter]:
    """Return what the sandbox took, the oldest first."""
    return list(api.db.session.scalars(sa.select(SandboxLetter).order_by(SandboxLetter.id)))


def work(app: Flask) -> None:
    """Let the worker do what is due."""
    api.db.session.rollback()
    worker.drain(app)
    api.db.session.rollback()


def down(reason: str = "the provider is busy") -> ChannelDown:
    """Return what a channel raises when it is to be asked again."""
    return ChannelDown(reason)
