"""The list for staff."""

from __future__ import annotations

from collections.abc import Sequence

from console import api
from console.api import _
from sample.api import Entry, finish_entries
from sample.permissions import FINISH, SEE


class EntryAdmin(api.ModelAdmin):
    """What guests wrote, newest first; nobody changes it."""

    subject, title, noun = Entry, _("Sample box"), "entries"
    group, icon = "salon", "message"
    needs = {"view": SEE, "export": SEE}
    list_columns = ("id", "store_id", "text", "added_at", "done_at")
    filters = ("store_id", "added_at", "done_at")
    search = ("text",)
    default_sort = "-id"

    @api.action(_("Mark as done"), needs=FINISH)
    def finish(self, ids: Sequence[int]) -> str:
        """Mark the ticked entries as taken care of."""
        count = finish_entries(ids)
        return api.ngettext("One is done.", "%(num)s are done.", count)
