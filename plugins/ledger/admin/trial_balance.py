"""The trial balance, as of now or of any moment past."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import request

from console import api
from console.api import _
from plugins.ledger import words
from plugins.ledger.chart import KINDS
from plugins.ledger.permissions import SEE_BOOKS
from plugins.ledger.services.posting import TIME_ZONE
from plugins.ledger.services.reading import Sum, trial_balance
from plugins.ledger.services.statements import is_debit


class TrialBalanceView(api.AdminView):
    """What all accounts add up to, by unit and kind: debits and credits are equal."""

    noun = "trial_balance"
    title = _("Trial balance")
    icon, group, order = "scale", "finance", 70

    @api.page("/", needs=SEE_BOOKS)
    def index(self) -> Any:
        """Show the sums as of a moment, given in the chain's time zone."""
        zone = ZoneInfo(_time_zone())
        asked = request.args.get("as_of", "").strip()
        moment, problem = _read_moment(asked, zone)
        rows = trial_balance(moment, SEE_BOOKS.stores())
        return api.render(
            "ledger/trial_balance.html",
            view=self,
            units=_by_unit(rows),
            whole=SEE_BOOKS.stores() is None,
            as_of=asked,
            problem=problem,
            now=api.now().astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
            kinds=KINDS,
            is_debit=is_debit,
            amount=words.show_amount,
            unit=words.show_unit,
        )


def _by_unit(rows: list[Sum]) -> dict[str, list[Sum]]:
    found: dict[str, list[Sum]] = defaultdict(list)
    for row in rows:
        found[row.unit].append(row)
    order = {unit: place for place, unit in enumerate(words.UNITS)}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0], 99), item[0])))


def _time_zone() -> str:
    first = sa.select(api.Store.time_zone).order_by(api.Store.id).limit(1)
    return api.db.session.scalar(first) or TIME_ZONE


def _read_moment(asked: str, zone: ZoneInfo) -> tuple[dt.datetime | None, str]:
    if not asked:
        return None, ""
    try:
        moment = dt.datetime.fromisoformat(asked).replace(tzinfo=zone)
        return moment.replace(second=59, microsecond=999_999).astimezone(dt.UTC), ""
    except (ValueError, OverflowError):
        return None, api.gettext("Enter a day and a time such as 2026-03-31 23:59.")
