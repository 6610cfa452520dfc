"""What may be allowed with messages, and which preset roles have it."""

from __future__ import annotations

from console import api
from console.api import _

SEE_MESSAGES = api.Permission(
    "messages.see_messages", _("See messages to members"), ("manager", "front_desk")
)
RESEND_MESSAGES = api.Permission(
    "messages.resend_messages", _("Send messages again"), ("manager", "front_desk")
)
EXPORT_MESSAGES = api.Permission("messages.export_messages", _("Export messages"), ("manager",))
SEE_OUTBOX = api.Permission(
    "messages.see_outbox", _("Read the sandbox of the demo"), ("manager", "front_desk")
)

PERMISSIONS = (SEE_MESSAGES, RESEND_MESSAGES, EXPORT_MESSAGES, SEE_OUTBOX)
