"""The hooks that messages calls, and what goes through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from console import api

#: *service*: what a member must know of her own affairs; *marketing*: all else, by consent only.
Purpose = Literal["service", "marketing"]


@dataclass(frozen=True)
class MessageKind:
    """A kind of message: its texts, in marked words with `%(name)s` where the facts go.

    *key* is `<plugin>.<noun>`. A fact that is itself marked words is translated with the text.
    *by_day* says that it may wait for the hours in which marketing may be sent: it stands in
    her inbox at once, and rings on no phone at night.
    """

    key: str
    title: Any
    body: Any
    purpose: Purpose = "service"
    by_day: bool = False


@dataclass(frozen=True)
class Recipient:
    """Who a member is to whom a message goes.

    *may_market* says whether she agreed to marketing; *store_id* is her home store.
    """

    name: str
    phone: str | None
    locale: str | None = None
    may_market: bool = False
    store_id: int | None = None


@dataclass(frozen=True)
class Letter:
    """What a channel has to deliver: *text* in the recipient's language, to *phone*.

    *key* is the same at each try, for providers that can tell a repetition. *url* is the address
    of the page it is about, or empty. A *secret* text, such as a code, must not be kept.
    """

    key: str
    phone: str
    text: str
    title: str = ""
    url: str = ""
    locale: str = ""
    store_id: int | None = None
    member_id: int | None = None
    secret: bool = False


@dataclass(frozen=True)
class Channel:
    """A way to members beside their inbox; *deliver* raises when it could not.

    The worker calls *deliver* outside any transaction, and again later when it raised
    `ChannelDown`. A letter may come twice. A *sandbox* reaches nobody, so the demo may use it.
    """

    key: str
    title: Any
    deliver: Callable[[Letter], None]
    sandbox: bool = False


class ChannelDown(Exception):
    """A letter could not be delivered now; the message says why, without phone or text."""


class Undeliverable(Exception):
    """A letter will never be delivered, such as to a number that does not exist."""


@api.first
def messages_find_recipient(member_id: int) -> Recipient | None:
    """Return who a member is, or None if nobody may be written to under this number."""
    raise NotImplementedError


@api.collect
def messages_channels() -> Iterable[Channel]:
    """Return the channels that a plugin brings; the sandbox is there anyway."""
    raise NotImplementedError
