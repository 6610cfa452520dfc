"""Staff and services in the search palette."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.salon.models import Service, Staff
from plugins.salon.permissions import SEE_SERVICES, SEE_STAFF
from plugins.salon.services.catalogue import show_price_range


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    rows = api.db.session.execute(
        sa.select(Staff.id, Staff.title, Staff.titles).where(Staff.id.in_(ids))
    )
    return {row.id: api.translate(row.title, row.titles) for row in rows}


def _prices(ids: Sequence[int]) -> Mapping[int, str]:
    services = api.db.session.scalars(sa.select(Service).where(Service.id.in_(ids)))
    return {service.id: show_price_range(service) for service in services}


SEARCH = (
    api.record_source(Staff, SEE_STAFF, title=_("Staff"), icon="user", order=30, details=_titles),
    api.record_source(Service, SEE_SERVICES, title=_("Services"), order=40, details=_prices),
)
