"""Pictures of a technician's works, for her profile."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.forms import reach, store_here, stores_for, text_of
from plugins.booking.permissions import EDIT_WORKS
from plugins.booking.services.works import MOST_WORKS, add_work, drop_work, works_of
from plugins.salon.api import Staff, working_staff

HOME = "/console/booking/works/"


class Works(api.AdminView):
    """The pictures that members see on a technician's profile."""

    title, noun = _("Works"), "works"
    group = None

    @api.page("/", needs=EDIT_WORKS)
    def index(self) -> Any:
        """Show whose works there are pictures of."""
        store = store_here(EDIT_WORKS)
        people = [each for each in working_staff(store.id) if each.skills]
        counts = {person.id: len(works_of(person.id)) for person in people}
        return api.render(
            "booking/works_of_store.html",
            view=self,
            store=store,
            stores=stores_for(EDIT_WORKS),
            people=people,
            counts=counts,
        )

    @api.page("/<int:number>/", needs=EDIT_WORKS)
    def pictures(self, number: int) -> Any:
        return self._show(reach(Staff, number, EDIT_WORKS))

    @api.page("/<int:number>/", needs=EDIT_WORKS, methods=("POST",))
    def add(self, number: int) -> Any:
        staff, sent = reach(Staff, number, EDIT_WORKS), request.files.get("picture")
        try:
            if sent is None or not sent.filename:
                raise api.Refused(_("Choose a picture first."))
            add_work(staff, sent.read(), sent.filename, text_of("note"))
        except api.Refused as refused:
            return self._show(reach(Staff, number, EDIT_WORKS), refused)
        api.say_done(api.gettext("Picture added."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/<int:work>/drop", needs=EDIT_WORKS, methods=("POST",))
    def drop(self, number: int, work: int) -> Any:
        drop_work(reach(Staff, number, EDIT_WORKS).id, work)
        api.say_done(api.gettext("Picture removed."))
        return redirect(f"{HOME}{number}/")

    def _show(self, staff: Staff, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "booking/works.html",
            view=self,
            staff=staff,
            works=works_of(staff.id),
            most=MOST_WORKS,
            problem=problem,
        )
        return (page, problem.status) if problem else page
