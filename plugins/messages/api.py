"""What other plugins may use of messages: sending them, proving phones, and channels."""

from __future__ import annotations

from plugins.messages.hookspecs import (
    Channel,
    ChannelDown,
    Letter,
    MessageKind,
    Recipient,
    Undeliverable,
)
from plugins.messages.models import Message
from plugins.messages.services.channels import count_parts
from plugins.messages.services.codes import (
    CodeRefused,
    ProvenPhone,
    WrongCode,
    check_code,
    send_code,
    use_code,
)
from plugins.messages.services.delivering import deliver_past
from plugins.messages.services.files import (
    erase_messages,
    export_messages,
    move_messages,
    return_messages,
)
from plugins.messages.services.inbox import mark_all_read
from plugins.messages.services.quiet import next_moment
from plugins.messages.services.sending import count_unread, send_message

__all__ = [
    "Channel",
    "ChannelDown",
    "CodeRefused",
    "Letter",
    "Message",
    "MessageKind",
    "ProvenPhone",
    "Recipient",
    "Undeliverable",
    "WrongCode",
    "check_code",
    "count_parts",
    "count_unread",
    "deliver_past",
    "erase_messages",
    "export_messages",
    "mark_all_read",
    "move_messages",
    "next_moment",
    "return_messages",
    "send_code",
    "send_message",
    "use_code",
]
