"""The channels there are, and the sandbox that stands in for SMS."""

from __future__ import annotations

import math
import re

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.messages.hookspecs import Channel, Letter, messages_channels
from plugins.messages.models import SandboxLetter

SANDBOX = "sandbox"
#: A Chinese SMS holds 70 characters, whatever they are; a longer one is cut into parts of 67.
ONE_PART, EACH_PART = 70, 67
KEPT = 2000


def all_channels() -> dict[str, Channel]:
    """Return the channels by key; while the demo is on, only those that reach nobody."""
    found = {SANDBOX: Channel(SANDBOX, _("Sandbox (no SMS is sent)"), keep_letter, sandbox=True)}
    for brought in api.answers(messages_channels):
        found |= {channel.key: channel for channel in brought if channel.key != SANDBOX}
    if api.demo_flag():
        return {key: channel for key, channel in found.items() if channel.sandbox}
    return found


def channel_of(key: str) -> Channel | None:
    """Return a channel, or what stands in for it while the demo is on; None if it is gone."""
    channels = all_channels()
    return channels.get(key) or (channels[SANDBOX] if api.demo_flag() and key else None)


def count_parts(text: str) -> int:
    """Return how many SMS a text is charged as."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= ONE_PART else math.ceil(units / EACH_PART)


@api.unit
def keep_letter(letter: Letter) -> None:
    """Keep a letter in the sandbox instead of sending it.

    Outside the demo nobody may read it there, so a code in it is not written down either.
    """
    hidden = letter.secret and not api.demo_flag()
    text = re.sub(r"\d", "*", letter.text) if hidden else letter.text
    known = sa.select(SandboxLetter.id).where(SandboxLetter.key == letter.key)
    if api.db.session.scalar(known) is None:
        api.db.session.add(
            SandboxLetter(
                key=letter.key,
                member_id=letter.member_id,
                phone=letter.phone,
                text=text,
                parts=count_parts(letter.text),
                sent_at=api.now(),
            )
        )


@api.unit
def prune_sandbox() -> None:
    """Keep the latest letters of the sandbox only."""
    oldest = sa.select(SandboxLetter.id).order_by(SandboxLetter.id.desc()).offset(KEPT).limit(1)
    last = api.db.session.scalar(oldest)
    if last is not None:
        api.db.session.execute(sa.delete(SandboxLetter).where(SandboxLetter.id <= last))
