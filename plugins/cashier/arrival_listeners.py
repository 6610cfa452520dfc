"""Where arrivals are seen: on a member's page, and in what she takes with her."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from flask import has_request_context, request

from console import api
from console.api import _
from plugins.cashier.admin.till_screen import store_here
from plugins.cashier.models import Arrival
from plugins.cashier.permissions import OPEN_BILLS
from plugins.cashier.services.arrivals import arrival_clock, standing_of
from plugins.membership.api import ExportPart, Member, ProfileFact

HOME = "/console/cashier/arrivals/"


@api.hookimpl
def console_record_actions(model: type[Any], record_id: int) -> Iterable[api.RecordAction]:
    """Let a member's code be scanned on her page; one that was shown a moment ago is there."""
    if model is not Member:
        return
    ticket = request.args.get("shown", "") if has_request_context() else ""
    where = f"{HOME}?member={record_id}&next=/console/membership/members/{record_id}/"
    if ticket:
        yield _come(record_id, where, ticket)
    elif not standing_of(record_id):
        yield api.RecordAction(_("Scan on arrival"), where, OPEN_BILLS, "GET")


def _come(member_id: int, where: str, ticket: str) -> api.RecordAction:
    """Return the one tap that says she is here; where the store is not known it is asked."""
    label, store = _("She is here"), store_here()
    if store is None:
        return api.RecordAction(label, f"{where}&shown={quote(ticket)}", OPEN_BILLS, "GET")
    asked = {"store_id": store.id, "member_id": member_id, "ticket": ticket}
    asked["next"] = f"/console/membership/members/{member_id}/"
    return api.RecordAction(label, f"{HOME}scan?{urlencode(asked)}", OPEN_BILLS)


@api.hookimpl
def membership_profile_facts(member_id: int) -> Iterable[ProfileFact]:
    """Say that she is here, and since when."""
    for one in standing_of(member_id):
        store = api.db.session.get_one(api.Store, one.store_id)
        yield ProfileFact(
            f"arrival{one.store_id}",
            _("Scanned on arrival"),
            arrival_clock(one),
            store.name,
            icon="qrcode",
            tone="good",
            order=5,
        )


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Return when and where a member's code was scanned on arrival."""
    wanted = sa.select(Arrival, api.Store.name).join(api.Store, api.Store.id == Arrival.store_id)
    found = api.db.session.execute(wanted.where(Arrival.member_id == member_id))
    rows = [{"at": one.at.isoformat(), "store": store} for one, store in found]
    labels = {"at": _("Scanned at"), "store": _("Store")}
    yield ExportPart("arrivals", _("Arrivals"), sorted(rows, key=lambda row: row["at"]), labels)
