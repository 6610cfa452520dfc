"""Words of a message: kept for readers of any language, and put into one for a letter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console import api
from console.api import _
from plugins.messages.models import Message

SIGNED = _("[%(shop)s] %(text)s")
OPT_OUT = _("%(text)s Reply R to unsubscribe.")


def show_title(message: Message) -> str:
    """Return a message's title in the reader's language."""
    return api.thaw(message.title)


def show_body(message: Message) -> str:
    """Return a message's text in the reader's language."""
    return api.thaw(message.body)


def write_letter(text: str, purpose: str) -> str:
    """Return what an SMS says: signed by the shop, and with a way out of marketing."""
    shop = api.SHOP_NAME.get()
    signed = api.gettext(str_of(SIGNED), shop=shop, text=text) if shop else text
    return api.gettext(str_of(OPT_OUT), text=signed) if purpose == "marketing" else signed


def str_of(words: Any) -> str:
    """Return the source of marked words."""
    return str(words._args[0])


def freeze(words: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Keep marked or plain words together with the facts that go into them."""
    return api.freeze(words, facts)
