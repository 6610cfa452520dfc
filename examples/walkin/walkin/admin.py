"""The queue at the front desk."""

from __future__ import annotations

from collections.abc import Sequence

from console import api
from console.api import _

from walkin.api import Ticket, call_guests
from walkin.permissions import CALL, SEE


class TicketAdmin(api.ModelAdmin):
    """Who waits, in the order of the numbers; guests are called, never edited."""

    subject, title, noun = Ticket, _("Walk-in queue"), "tickets"
    group, icon = "booking", "ticket"
    needs = {"view": SEE, "export": SEE}
    list_columns = ("number", "store_id", "day_on", "taken_at", "called_at")
    filters = ("store_id", "day_on", "called_at")
    default_sort = "-id"

    @api.action(_("Call"), needs=CALL)
    def call(self, ids: Sequence[int]) -> str:
        """Call the guests that were ticked."""
        count = call_guests(ids)
        return api.ngettext("One guest was called.", "%(num)s guests were called.", count)
