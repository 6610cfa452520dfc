"""What the demo shows of members' phones: the counter, codes to join by, and a request."""

from __future__ import annotations

import tomllib
from pathlib import Path

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.permissions import SEE_MEMBERS
from plugins.membership.services.join_codes import add_join_code, count_join, count_scan
from plugins.membership.services.requests import ask_staff

FOLDER = Path(__file__).parent / "demo_data"
HEROINE: str = tomllib.loads((FOLDER / "members.toml").read_text("utf-8"))["cast"][0]["name"]

TOUR = (api.TourStop("counter", _("Scan the phone of a member"), "/demo/counter", SEE_MEMBERS, 1),)
PANES = (
    api.DemoPane("members", _("Member list"), "/console/membership/members/", "staff", 10),
    api.DemoPane("card", _("Member card"), "/membership/card", "phone", 10),
)
ENTRANCES = (api.DemoEntrance(_("Phone of a member"), HEROINE, "/membership/demo"),)


@api.unit
def load_phones(stranger: str) -> None:
    """Make codes to join by that were scanned, and a request of somebody who has no card."""
    told = tomllib.loads((FOLDER / "phones.toml").read_text("utf-8"))
    stores = list(api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)))
    for number, (channel, scans, joins) in enumerate(told["codes"]):
        code = add_join_code(stores[number % len(stores)].id, channel=channel)
        for _scan in range(scans):
            count_scan(code.id)
        for _join in range(joins):
            count_join(code.id)
    ask_staff(stranger, "unknown", store_id=stores[0].id)
