"""The review queue: what members asked for, the oldest first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.forms import store_here, stores_for
from plugins.booking.models import Proposal, Visit
from plugins.booking.permissions import REVIEW_VISITS
from plugins.booking.services.proposing import visits_proposed
from plugins.booking.services.rules import ALERT, AUTO_ACCEPT
from plugins.booking.services.showing import services_of, span_of, staff_of, with_items

#: More are not shown at once.
MOST = 50


class Review(api.AdminView):
    """Bookings of members that wait for the store, and those that wait for the member."""

    title, noun = _("Awaiting review"), "review"
    group, icon, order = "booking", "clock", 15

    @api.page("/", needs=REVIEW_VISITS)
    def index(self) -> Any:
        store = store_here(REVIEW_VISITS)
        waiting = sa.select(Visit).where(Visit.store_id == store.id, Visit.status == "pending")
        proposed = Visit.id.in_(visits_proposed(store.id))
        ordered = waiting.order_by(Visit.booked_at, Visit.id).limit(MOST)
        return api.render(
            "booking/review.html",
            view=self,
            store=store,
            stores=stores_for(REVIEW_VISITS),
            visits=with_items(ordered.where(~proposed)),
            asked=with_items(ordered.where(proposed)),
            proposals=_open_proposals(store.id),
            late=api.now() - dt.timedelta(minutes=ALERT.get()),
            now=api.now(),
            patience=ALERT.get(),
            by_itself=AUTO_ACCEPT.get(store.id),
            services_of=services_of,
            staff_of=staff_of,
            span_of=span_of,
        )


def _open_proposals(store_id: int) -> dict[int, Proposal]:
    rows = sa.select(Proposal).where(
        Proposal.visit_id.in_(visits_proposed(store_id)), Proposal.answer.is_(None)
    )
    return {each.visit_id: each for each in api.db.session.scalars(rows)}
