"""Whose an exported file is, in words inside it, and who is told of large ones."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import clock, inbox
from console.audit import AuditEntry
from console.db import db
from console.i18n import _, gettext
from console.security import reader_time_zone
from console.security.actors import actor
from console.security.permissions import HEAR_OF_EXPORTS
from console.security.settings import EXPORT_ROWS, EXPORT_ROWS_A_DAY
from console.stores import Store
from console.unit import unit


def watermark() -> str:
    """Return who exports, when, in which store and by which request, in one line."""
    who = actor()
    store = db.session.get(Store, who.store_id) if who.store_id else None
    zone = ZoneInfo(reader_time_zone())
    return gettext(
        "Exported by %(who)s, %(at)s, %(store)s, request %(request)s",
        who=who.name or "–",  # noqa: RUF001 - a dash stands for nobody
        at=f"{clock.now().astimezone(zone):%Y-%m-%d %H:%M}",
        store=store.name if store is not None else gettext("All stores"),
        request=who.request_id,
    )


@unit
def watch_exports() -> None:
    """Tell the owner when who acts took out many rows, at once or today; the trail has them."""
    who = actor()
    if who.user_id is None:
        return
    zone = ZoneInfo(reader_time_zone())
    today = clock.now().astimezone(zone).date()
    midnight = dt.datetime.combine(today, dt.time(), zone)
    done = sa.select(AuditEntry.after).where(
        AuditEntry.user_id == who.user_id, AuditEntry.act == "export", AuditEntry.at >= midnight
    )
    told = db.session.scalars(done.order_by(AuditEntry.id)).all()
    rows = [int((each or {}).get("rows") or 0) for each in told]
    last, most, most_a_day = rows[-1] if rows else 0, EXPORT_ROWS.get(), EXPORT_ROWS_A_DAY.get()
    if last <= most and sum(rows) <= most_a_day:
        return
    inbox.notify(
        _("A large export"),
        _(
            "%(who)s exported %(rows)s rows at once, %(sum)s today.",
            who=who.name,
            rows=f"{last:,}",
            sum=f"{sum(rows):,}",
        ),
        url="/console/system/audit/?f.act.eq=export",
        permission=HEAR_OF_EXPORTS,
        key=f"console.exports:{who.user_id}:{today.isoformat()}",
    )
