"""For what a deposit is asked, and how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.api import Visit
from plugins.checkout.models import Rule
from plugins.salon.api import Service, Variant, price_of

GROUP = _("Booking deposit")
LABELS = {"deposit": _("Booking deposit"), "earnest": _("Earnest money")}
LABEL = api.Setting(
    "checkout.label",
    _("What guests read for it"),
    "deposit",
    help=_("Earnest money binds the salon by law, and is a fifth of the price at most."),
    choices=tuple(LABELS.items()),
    group=GROUP,
)
NO_SHOWS = api.Setting(
    "checkout.no_shows",
    _("Asked of members with so many no-shows in 90 days; 0 never"),
    3,
    least=0,
    per_store=True,
    group=GROUP,
)
NO_SHOW = api.Setting(
    "checkout.no_show_fen",
    _("How much is asked of them at least"),
    5_000,
    least=1,
    per_store=True,
    group=GROUP,
)
MINUTES = api.Setting(
    "checkout.minutes",
    _("Minutes for which the time is kept while she pays"),
    15,
    least=5,
    most=120,
    group=GROUP,
)
SETTINGS = (LABEL, NO_SHOWS, NO_SHOW, MINUTES)
LOOKED_BACK = dt.timedelta(days=90)
#: Earnest money above this share of the price has no force (Civil Code, article 586).
MOST_EARNEST = 20


@dataclass(frozen=True)
class KnownRule:
    """A rule in use, as workers remember it."""

    id: int
    store_id: int | None
    service_id: int | None
    how: str
    amount_fen: int
    percent: int


@dataclass(frozen=True)
class Demand:
    """A deposit that is asked for: how much, and whether because of no-shows."""

    fen: int
    no_shows: bool = False


def demand_for(
    store_id: int, member_id: int, services: Iterable[tuple[int, int | None]]
) -> Demand | None:
    """Return the deposit for a booking of a member; None where none is asked for.

    *services* are variants, each with its price where that is not the list price.
    """
    rules, missed = _rules_of(store_id), _missed_too_often(store_id, member_id)
    if not rules and not missed:
        return None
    priced = _priced(services)
    by_rule = _by_rules(rules, priced)
    fen = max(by_rule, NO_SHOW.get(store_id)) if missed else by_rule
    whole = sum(price or 0 for _service, price in priced)
    if LABEL.get() == "earnest":
        fen = min(fen, whole * MOST_EARNEST // 100)
    elif whole:
        fen = min(fen, whole)
    return Demand(fen, missed and fen > by_rule) if fen > 0 else None


def label() -> Any:
    """Return what guests read for a deposit."""
    return LABELS[LABEL.get()]


def _priced(services: Iterable[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    found = []
    for number, own_fen in services:
        variant = api.db.session.get(Variant, number)
        if variant is not None:
            service = api.db.session.get_one(Service, variant.service_id)
            listed = price_of(service, variant).fen if own_fen is None else own_fen
            found.append((service.id, listed))
    return found


def _by_rules(rules: Sequence[KnownRule], priced: Sequence[tuple[int, int | None]]) -> int:
    """Sum what the rules say: a fixed sum of a store counts once for the visit."""
    fen, once = 0, set[int]()
    for service_id, price in priced:
        rule = _best(rules, service_id)
        if rule is None:
            continue
        if rule.how == "percent":
            fen += (price or 0) * rule.percent // 100
        elif rule.service_id is not None or rule.id not in once:
            once.add(rule.id)
            fen += rule.amount_fen
    return fen


def _rules_of(store_id: int) -> list[KnownRule]:
    rules = api.remember("checkout.rules", _read_rules)
    return [rule for rule in rules if rule.store_id in (store_id, None)]


def _read_rules() -> list[KnownRule]:
    rows = sa.select(*(getattr(Rule, each.name) for each in fields(KnownRule)))
    found = api.db.session.execute(rows.where(Rule.in_use).order_by(Rule.id))
    return [KnownRule(*row) for row in found]


def _best(rules: Sequence[KnownRule], service_id: int) -> KnownRule | None:
    """Return the narrowest rule: of the service before that of the store, a store before all."""
    fitting = [rule for rule in rules if rule.service_id in (service_id, None)]
    narrow = sorted(fitting, key=lambda r: (r.service_id is None, r.store_id is None))
    return narrow[0] if narrow else None


def _missed_too_often(store_id: int, member_id: int) -> bool:
    least = NO_SHOWS.get(store_id)
    if not least:
        return False
    asked = {"member": member_id, "since": api.now() - LOOKED_BACK}
    missed: int = api.db.session.connection().execute(_MISSED, asked).scalar_one()
    return missed >= least


_VISIT = Visit.__table__.c
_MISSED = sa.select(sa.func.count(_VISIT.id)).where(
    _VISIT.member_id == sa.bindparam("member"),
    _VISIT.status == "no_show",
    _VISIT.starts_at > sa.bindparam("since"),
)


def say_terms(fen: int, *, no_shows: bool, free_until: dt.datetime, zone: Any) -> list[str]:
    """Say what is asked, and when it comes back, in the reader's language."""
    name = str(label())
    words = [api.gettext("%(name)s: %(amount)s", name=name, amount=api.format_fen(fen))]
    if no_shows:
        words.append(api.gettext("We ask for it because you were not there several times."))
    local = free_until.astimezone(zone)
    words.append(
        api.gettext(
            "It is set off against your bill. Cancel until %(until)s and it comes back the way "
            "it came; later, or if you do not come, the salon keeps it.",
            until=f"{local:%Y-%m-%d %H:%M}",
        )
    )
    return words
