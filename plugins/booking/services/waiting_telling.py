"""What is told of an offer to somebody who waits, or to the front desk, which calls her."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from console import api
from console.api import _
from plugins.booking.models import Visit, Wait
from plugins.booking.permissions_waiting import EDIT_WAITING
from plugins.booking.services.showing import told_titles
from plugins.messages.api import MessageKind, send_message

OFFERED = MessageKind(
    "booking.offered",
    _("A time is free for you"),
    _("%(name)s, %(store)s keeps %(when)s for you until %(until)s: %(what)s. Tap to take it."),
)
NOT_FREE = MessageKind(
    "booking.nothing_free",
    _("No time became free"),
    _("%(name)s, nothing became free at %(store)s in time. We would be glad to find another day."),
)


def tell_offer(wait: Wait, visit: Visit) -> None:
    """Tell a member what is kept for her; for a guest without a file the front desk rings."""
    if wait.member_id is None:
        api.notify(
            _("Call %(name)s: a time is free for her", name=wait.guest_name),
            url=f"/console/booking/waiting/{wait.id}/",
            store_id=wait.store_id,
            permission=EDIT_WAITING,
            todo=True,
            key=f"booking.wait:{wait.id}",
        )
        return
    zone = ZoneInfo(wait.store.time_zone)
    until = f"{wait.offered_until.astimezone(zone):%H:%M}" if wait.offered_until else ""
    facts = {
        "store": wait.store.name,
        "when": f"{visit.starts_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "until": until,
        "what": told_titles(visit),
    }
    send_message(
        wait.member_id,
        OFFERED,
        facts,
        url=f"/booking/waiting/{wait.id}",
        key=f"{OFFERED.key}:{wait.id}:{wait.offers}",
        store_id=wait.store_id,
    )


def tell_in_vain(wait: Wait) -> None:
    """Tell a member that nothing became free while she waited."""
    if wait.member_id is not None:
        send_message(
            wait.member_id,
            NOT_FREE,
            {"store": wait.store.name},
            url="/booking/",
            key=f"{NOT_FREE.key}:{wait.id}",
            store_id=wait.store_id,
        )
