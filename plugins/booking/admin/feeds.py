"""Calendar links: given out, shown once, and shut."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.forms import number_of, reach, store_here, stores_for, text_of
from plugins.booking.models import Feed
from plugins.booking.permissions import SHARE_CALENDARS
from plugins.booking.services.feeds import make_feed, revoke_feed
from plugins.salon.api import working_staff

HOME = "/console/booking/calendars/"


def address_of(token: str) -> str:
    """Return the whole address of a calendar, as a calendar program asks for it."""
    return f"{(api.base_url() or request.url_root).rstrip('/')}/booking/feeds/{token}.ics"


class FeedAdmin(api.ModelAdmin):
    """Secret addresses under which calendar programs read visits."""

    subject, noun = Feed, "calendars"
    title, singular = _("Calendar links"), _("calendar link")
    icon, group, order = "calendar", "booking", 70
    needs = {"view": SHARE_CALENDARS}
    list_columns = (
        "id",
        "store_id",
        "staff_id",
        "names",
        "made_at",
        "made_by",
        "read_at",
        "revoked_at",
    )
    default_sort = "-made_at"
    filters = ("store_id", "staff_id", "made_at", "revoked_at")
    details = ("store_id", "staff_id", "names", "made_at", "made_by", "read_at", "revoked_at")
    page_actions = (
        {
            "label": _("New calendar link"),
            "icon": "plus",
            "url": f"{HOME}make",
            "needs": SHARE_CALENDARS,
        },
    )
    empty_hint = _("A link shows bookings in the calendar of a phone or computer.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        if record.revoked_at is not None:
            return []
        ask = _("Calendars that use this link get no more bookings.")
        shut = f"{HOME}{record.id}/shut"
        return [
            api.RecordAction(_("Shut this link"), shut, SHARE_CALENDARS, confirm=ask, danger=True)
        ]

    @api.page("/make", needs=SHARE_CALENDARS)
    def ask_feed(self) -> Any:
        return self._ask()

    @api.page("/make", needs=SHARE_CALENDARS, methods=("POST",))
    def make(self) -> Any:
        """Make a link and show it, this once."""
        store = store_here(SHARE_CALENDARS)
        try:
            token = make_feed(store.id, number_of("staff_id"), names=bool(text_of("names")))
        except api.Refused as refused:
            return self._ask(refused)
        return self._ask(address=address_of(token))

    @api.page("/<int:number>/shut", needs=SHARE_CALENDARS, methods=("POST",))
    def shut(self, number: int) -> Any:
        feed = reach(Feed, number, SHARE_CALENDARS)
        revoke_feed(feed.id)
        api.say_done(api.gettext("The calendar link is shut."))
        return redirect(HOME)

    def _ask(self, problem: api.Refused | None = None, address: str = "") -> Any:
        store = store_here(SHARE_CALENDARS)
        page = api.render(
            "booking/feed.html",
            view=self,
            store=store,
            stores=stores_for(SHARE_CALENDARS),
            staff=working_staff(store.id),
            entered=request.values,
            address=address,
            problem=problem,
        )
        return (page, problem.status) if problem else page
