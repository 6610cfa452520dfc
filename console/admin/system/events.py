"""Events on their way from plugin to plugin, and those that failed."""

from __future__ import annotations

from collections.abc import Sequence

from console import audit, outbox
from console.admin.model import ModelAdmin
from console.admin.system.permissions import REPLAY_EVENTS, VIEW_EVENTS
from console.admin.views import action
from console.i18n import _, ngettext
from console.outbox import Delivery
from console.unit import unit


class Events(ModelAdmin):
    """What plugins told each other; what failed can be delivered again."""

    subject = Delivery
    title = _("Failed events")
    noun = "events"
    icon = "send"
    order = 90
    needs = {"view": VIEW_EVENTS}
    list_columns = ("stored_at", "event", "plugin", "state", "tries", "due_at", "problem")
    default_sort = "-stored_at"
    filters = ("state", "event", "plugin", "stored_at")
    details = (
        "event",
        "plugin",
        "facts",
        "state",
        "tries",
        "stored_at",
        "due_at",
        "ended_at",
        "problem",
    )
    menu_query = "?f.state.eq=dead"
    empty_hint = _("Every event has reached the plugins that wait for it.")

    @action(_("Deliver again"), needs=REPLAY_EVENTS)
    def replay(self, ids: Sequence[int]) -> str:
        """Give events a fresh start; the worker delivers them at once."""
        replay_all(ids)
        return ngettext(
            "%(num)s event will be delivered again.",
            "%(num)s events will be delivered again.",
            len(ids),
        )


@unit
def replay_all(ids: Sequence[int]) -> None:
    """Give several events a fresh start, or none."""
    for number in ids:
        outbox.replay(number)
    audit.record("replay_events", after={"events": list(ids)})
