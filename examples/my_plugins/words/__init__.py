"""Tells a member that her order lies ready, also by a channel of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from console import api
from console.api import _
from plugins.messages.api import Channel, ChannelDown, Letter, MessageKind, send_message

READY = MessageKind(
    "words.ready",
    _("Your order is here"),
    _("%(name)s, your order lies ready at %(store)s."),
)
FOLDER = api.Setting("words.folder", _("Folder of the gateway"), "")


@api.unit
def tell_ready(order_id: int, member_id: int, store: str) -> int | None:
    """Tell a member once that an order lies ready."""
    return send_message(member_id, READY, {"store": store}, key=f"words.ready:{order_id}")


def deliver(letter: Letter) -> None:
    """Lay a letter where a gateway of the shop picks it up."""
    folder = Path(FOLDER.get())
    if not folder.is_dir():
        raise ChannelDown("the gateway's folder is not there")
    name = letter.key.replace(":", "-")
    written = json.dumps({"to": letter.phone, "text": letter.text}, ensure_ascii=False)
    (folder / f"{name}.json").write_text(written, "utf-8")


class Words(api.Plugin):
    """A kind of message, and a channel for all of them."""

    name, version, title = "words", "1.0", _("Words")
    summary = _("Tells members that their order is here.")
    requires = {"messages": ">=1"}
    settings = (FOLDER,)

    @api.hookimpl
    def messages_channels(self) -> Iterable[Channel]:
        """Offer the gateway to the owner, who chooses it in the settings of messages."""
        yield Channel("gateway", _("Gateway of the shop"), deliver)
