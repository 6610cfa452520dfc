"""The list of journals, and one with its legs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from console import api
from console.api import _
from plugins.ledger import words
from plugins.ledger.admin.drawing import draw
from plugins.ledger.models import Journal
from plugins.ledger.permissions import EXPORT_BOOKS, SEE_BOOKS
from plugins.ledger.services.handing import handed_in
from plugins.ledger.services.statements import legs_of, reversal_of, uses_of

JOURNAL: Any = Journal.__table__


def _operators(ids: Sequence[int]) -> Mapping[int, str]:
    rows = api.db.session.execute(
        sa.select(JOURNAL.c.id, JOURNAL.c.actor_id).where(JOURNAL.c.id.in_(ids))
    ).all()
    names = words.user_names([row.actor_id for row in rows if row.actor_id])
    return {row.id: names.get(row.actor_id, "") for row in rows}


class JournalAdmin(api.ModelAdmin):
    """All journals; what was wrong is reversed by another one, never edited."""

    subject, noun = Journal, "journals"
    title = _("Journal")
    icon, group, order = "notebook", "finance", 50
    needs = {"view": SEE_BOOKS, "export": EXPORT_BOOKS}
    list_columns = (
        "id",
        "posted_at",
        "business_on",
        "store_id",
        "code",
        "ref",
        api.Column("operator", _("Operator"), load=_operators),
        "agreed_by",
        "note",
        api.Column("device", hidden=True),
        api.Column("idem_key", hidden=True),
        api.Column("reverses_id", hidden=True),
    )
    default_sort = "-id"
    filters = ("code", "store_id", "business_on", "posted_at", "agreed_by", "ref")
    search = ("ref", "idem_key")
    details = (
        "id",
        "code",
        "ref",
        "store_id",
        "business_on",
        "posted_at",
        "agreed_by",
        "device",
        "reverses_id",
        "note",
        "idem_key",
    )
    empty_hint = _("Everything that moves money, sessions, points or coupons is written here.")

    def head(self, record: Any) -> Markup:
        people = [number for number in (record.actor_id, record.approver_id) if number]
        return draw(
            "_journal.html",
            journal=record,
            people=words.user_names(people),
            reversal=reversal_of(record.id),
        )

    def panels(self, record: Any) -> list[api.Panel]:
        found = [api.Panel(_("Legs"), draw("_legs.html", legs=legs_of(record.id)), 10)]
        handed = handed_in(record.id)
        if handed:
            html = draw("_handovers.html", rows=handed, kind=words.show_kind)
            found = [api.Panel(_("Handed over"), html, 10)]
        uses = uses_of(record.id)
        if uses:
            found.append(api.Panel(_("Lots"), draw("_uses.html", uses=uses), 20))
        return found
