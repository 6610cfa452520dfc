"""The tables of messages."""

from plugins.messages.models.codes import AskingPhone, Code
from plugins.messages.models.letters import STATES, Delivery, SandboxLetter
from plugins.messages.models.messages import PURPOSES, Message, MovedMessage

__all__ = [
    "PURPOSES",
    "STATES",
    "AskingPhone",
    "Code",
    "Delivery",
    "Message",
    "MovedMessage",
    "SandboxLetter",
]
