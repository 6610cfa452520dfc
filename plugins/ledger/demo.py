"""What the demo shows of the books; the plugins that post bring the history."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.ledger.permissions import SEE_BOOKS

PART = api.DemoPart(
    tour=(
        api.TourStop(
            "books", _("Follow a balance through the books"), "/console/ledger/journals/", SEE_BOOKS
        ),
    )
)
