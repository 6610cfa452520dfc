"""The part of a stored-value card's form that gives categories rates of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from wtforms import IntegerField
from wtforms.validators import Optional

from console import api
from console.api import _
from plugins.membership.models import PurseKind, PurseRate
from plugins.membership.services.purses import say_rates
from plugins.salon.api import Category


def _categories() -> Sequence[Category]:
    wanted = sa.select(Category).order_by(Category.place, Category.id)
    return api.db.session.scalars(wanted).all()


def _build() -> Mapping[str, Any]:
    hint = api.gettext("Empty: as for services.")
    return {
        f"category_{category.id}": IntegerField(
            category.shown_name,
            [Optional()],
            description=hint,
            render_kw={"inputmode": "numeric", "min": 1, "max": 100},
        )
        for category in _categories()
    }


def _load(kind: PurseKind | None) -> Mapping[str, Any]:
    rates = kind.rates if kind is not None else ()
    return {f"category_{rate.category_id}": rate.percent for rate in rates}


def _save(kind: PurseKind, entered: Mapping[str, Any]) -> None:
    known = {rate.category_id: rate for rate in kind.rates}
    kept = []
    for category in _categories():
        percent = entered.get(f"category_{category.id}")
        if percent is None:
            continue
        if not 1 <= percent <= 100:
            raise api.Refused(_("A percent of the price lies between 1 and 100."))
        rate = known.get(category.id) or PurseRate(category_id=category.id)
        rate.percent = percent
        kept.append(rate)
    kind.rates = kept


RATES = api.FormSection(
    _("Percent of the price by category"),
    build=_build,
    load=_load,
    save=_save,
    columns=3,
    key="rates",
)


def rates_of(ids: Sequence[int]) -> Mapping[int, str]:
    """Return what kinds of stored-value cards pay of prices, in words, by number."""
    kinds = api.db.session.scalars(sa.select(PurseKind).where(PurseKind.id.in_(ids)))
    return {kind.id: api.gettext(", ").join(say_rates(kind)) for kind in kinds}
