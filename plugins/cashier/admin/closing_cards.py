"""The figures of the day on the home page: received and used up, never in one sum."""

from __future__ import annotations

from typing import Any

from flask import render_template
from markupsafe import Markup

from console import api
from plugins.cashier.admin.tables import ZONE
from plugins.cashier.permissions import CLOSE_DAYS, SEE_REPORTS
from plugins.cashier.services.closing.days import unclosed_days
from plugins.cashier.services.reports.consumption import consumption
from plugins.cashier.services.reports.net import net
from plugins.cashier.services.reports.spans import Span


def _today() -> Span:
    today = api.today(ZONE)
    return Span(today, today, SEE_REPORTS.stores())


def draw_received() -> Any:
    """Draw what came in today, online and booked apart."""
    found = net(_today())
    return _draw(
        "_received.html",
        net_fen=sum(one.net_fen for one in found),
        online_fen=sum(one.online_fen for one in found),
        booked_fen=sum(one.booked_fen for one in found),
        fen=api.format_fen,
    )


def draw_used() -> Any:
    """Draw what members used up today."""
    found = consumption(_today())
    return _draw(
        "_used.html",
        balance_fen=sum(one.principal_fen + one.bonus_fen for one in found),
        sessions=sum(one.sessions + one.free_sessions for one in found),
        fen=api.format_fen,
    )


def draw_unclosed() -> Any:
    """Draw which past days still have to be closed; nothing when all are."""
    held = CLOSE_DAYS.stores()
    stores = [
        (store, unclosed_days(store.id))
        for store in api.visible_stores()
        if not store.closed and (held is None or store.id in held)
    ]
    open_ = [(store, days) for store, days in stores if days]
    return _draw("_unclosed.html", stores=open_) if open_ else None


def _draw(template: str, **values: Any) -> Markup:
    html = render_template(f"cashier/closing/{template}", **values)
    return Markup(html)  # noqa: S704 - a template escapes


CARDS = (
    api.Card("cashier.received", SEE_REPORTS, draw_received, order=10),
    api.Card("cashier.used", SEE_REPORTS, draw_used, order=12),
    api.Card("cashier.unclosed", CLOSE_DAYS, draw_unclosed, order=14),
)
