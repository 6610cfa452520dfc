"""A report: how many guests took a number in each store, and how many were called."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from console import api
from console.api import _
from walkin.api import Ticket

SEE = api.Permission("waits.see_report", _("See how many guests wait"), ("manager",))


class Report(api.AdminView):
    """Guests of the last seven days, by store."""

    title, noun = _("Walk-in guests"), "report"
    group, icon = "booking", "chart-bar"

    @api.page("/", needs=SEE)
    def index(self) -> str:
        """Show one line for each store that this person may see."""
        since = api.now() - timedelta(days=7)
        counted = (
            sa.select(api.Store.name, sa.func.count(Ticket.id), sa.func.count(Ticket.called_at))
            .join(Ticket, Ticket.store_id == api.Store.id)
            .where(Ticket.taken_at >= since)
            .group_by(api.Store.name)
            .order_by(api.Store.name)
        )
        seen = SEE.stores()
        if seen is not None:
            counted = counted.where(api.Store.id.in_(seen))
        rows = api.db.session.execute(counted).all()
        return api.render("waits/report.html", view=self, rows=rows)


class Waits(api.Plugin):
    """A page of figures."""

    name, version, title = "waits", "1.0", _("Walk-in guests")
    summary = _("How many guests took a number in each store.")
    requires = {"walkin": ">=0.1"}
    permissions = (SEE,)
    admin_views = (Report,)
