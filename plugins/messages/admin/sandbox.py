"""The sandbox of the demo: what would have gone out as SMS."""

from __future__ import annotations

from typing import Any

from flask import abort

from console import api
from console.api import _
from plugins.messages.models import SandboxLetter
from plugins.messages.permissions import SEE_OUTBOX


class SandboxAdmin(api.ModelAdmin):
    """What the sandbox took, codes included; there is no such page unless the demo is on."""

    subject, noun = SandboxLetter, "outbox"
    title, singular = _("SMS sandbox"), _("SMS")
    icon, group, order = "message", "system", 860
    needs = {"view": SEE_OUTBOX}
    list_columns = ("sent_at", "phone", "text", "parts")
    default_sort = "-sent_at"
    filters = ("sent_at",)
    search = ("phone",)
    details = ("sent_at", "phone", "text", "parts")
    empty_hint = _("In the demo no SMS leaves this computer. What would be sent is listed here.")

    def is_accessible(self) -> bool:
        return api.demo_flag() and super().is_accessible()

    def _handle_view(self, name: str, **values: Any) -> Any:
        return super()._handle_view(name, **values) if api.demo_flag() else abort(404)
