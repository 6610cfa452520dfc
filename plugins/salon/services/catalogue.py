"""The service catalogue: what a service costs, and how its time runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.salon.models import (
    Category,
    LevelPrice,
    Practice,
    Segment,
    Service,
    ServiceStore,
    Staff,
    Variant,
)


@dataclass(frozen=True)
class Price:
    """What a guest is asked for; *fen* is missing while it is agreed on the spot."""

    pricing: str
    fen: int | None


@dataclass(frozen=True)
class Stretch:
    """A part of a service's time, *offset* minutes after it begins.

    In work somebody is needed: the technician, or whoever has *skill_id*. In a wait only the
    room and device stay taken, in the clean-up at the end as well.
    """

    kind: str
    offset: int
    minutes: int
    skill_id: int | None = None


@dataclass(frozen=True)
class VariantDraft:
    """A row of the price page; prices in fen, those of levels by the level's number."""

    name: str
    price_fen: int | None
    id: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    extra_minutes: int = 0
    level_prices: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SegmentDraft:
    """A row of the time page."""

    kind: str
    minutes: int
    skill_id: int | None = None


def price_of(service: Service, variant: Variant, level_id: int | None = None) -> Price:
    """Return the price of a variant when a technician of this level does it."""
    for special in variant.level_prices if level_id is not None else ():
        if special.level_id == level_id:
            return Price(service.pricing, special.price_fen)
    return Price(service.pricing, variant.price_fen)


def price_with(service: Service, variant: Variant, staff: Staff) -> Price:
    """Return the price of a variant when this person does it, as her file prices her."""
    practice = api.db.session.get(Practice, (staff.id, service.id))
    priced_as = practice.level_id if practice is not None else None
    return price_of(service, variant, priced_as or staff.level_id)


def show_price(price: Price) -> str:
    """Write a price as the price list does."""
    if price.fen is None:
        return api.gettext("as agreed")
    amount = api.format_fen(price.fen)
    return amount if price.pricing == "fixed" else api.gettext("from %(price)s", price=amount)


def price_range(service: Service, variant: Variant) -> tuple[Price, Price]:
    """Return the lowest and the highest price of a variant, whoever does it."""
    amounts = [row.price_fen for row in variant.level_prices]
    if variant.price_fen is not None:
        amounts.append(variant.price_fen)
    if not amounts:
        return Price(service.pricing, None), Price(service.pricing, None)
    return Price(service.pricing, min(amounts)), Price(service.pricing, max(amounts))


def show_price_range(service: Service) -> str:
    """Write what a service costs, from its cheapest variant to its dearest."""
    ends = [price for v in service.variants for price in price_range(service, v)]
    known = [price for price in ends if price.fen is not None]
    if not known:
        return show_price(Price(service.pricing, None))
    low, high = min(known, key=_fen), max(known, key=_fen)
    if low == high:
        return show_price(low)
    return f"{show_price(low)}–{api.format_fen(_fen(high))}"  # noqa: RUF001


def _fen(price: Price) -> int:
    return price.fen or 0


def plan_of(
    service: Service, variant: Variant | None = None, staff: Staff | None = None
) -> list[Stretch]:
    """Return how the time of a service runs, its clean-up last.

    A variant's extra minutes lengthen the first work. Where a person's file names her own
    working time, it is spread over the technician's work in proportion.
    """
    own_minutes = None
    if staff is not None:
        practice = api.db.session.get(Practice, (staff.id, service.id))
        own_minutes = practice.minutes if practice is not None else None
    return lay_out(
        [SegmentDraft(each.kind, each.minutes, each.skill_id) for each in service.segments],
        extra_minutes=variant.extra_minutes if variant is not None else 0,
        own_minutes=own_minutes,
        cleanup_minutes=service.cleanup_minutes,
    )


def lay_out(
    segments: Sequence[SegmentDraft],
    *,
    extra_minutes: int = 0,
    own_minutes: int | None = None,
    cleanup_minutes: int = 0,
) -> list[Stretch]:
    """Return how time runs, for a variant's extra minutes and a person's own working time."""
    minutes = [segment.minutes for segment in segments]
    own = [n for n, s in enumerate(segments) if s.kind == "work" and s.skill_id is None]
    if own:
        minutes[own[0]] += extra_minutes
    if own and own_minutes is not None:
        _spread(minutes, own, own_minutes)
    plan: list[Stretch] = []
    offset = 0
    for segment, length in zip(segments, minutes, strict=True):
        plan.append(Stretch(segment.kind, offset, length, segment.skill_id))
        offset += length
    if cleanup_minutes:
        plan.append(Stretch("cleanup", offset, cleanup_minutes))
    return plan


def _spread(minutes: list[int], own: Sequence[int], wanted: int) -> None:
    total = sum(minutes[n] for n in own)
    given = 0
    for n in own[:-1]:
        minutes[n] = max(1, minutes[n] * wanted // total)
        given += minutes[n]
    minutes[own[-1]] = max(1, wanted - given)


def minutes_of(service: Service, variant: Variant | None = None) -> int:
    """Return how long a guest stays for a service; the clean-up is not hers."""
    return sum(part.minutes for part in plan_of(service, variant) if part.kind != "cleanup")


@api.unit
def put_variants(service: Service, drafts: Sequence[VariantDraft]) -> None:
    """Set the variants of a service with all their prices; raises `Refused`.

    A service without variants is one draft without a name. A draft with an id changes that
    variant, so that what was booked or sold of it stays tied to it.
    """
    _check_variants(service, drafts)
    with api.db.session.no_autoflush:
        kept = {variant.id: variant for variant in service.variants}
        service.variants = [
            _fill(kept.get(draft.id or 0) or Variant(), draft, place)
            for place, draft in enumerate(drafts)
        ]
    service.version += 1
    api.db.session.flush()


def _fill(variant: Variant, draft: VariantDraft, place: int) -> Variant:
    variant.name, variant.names = draft.name, dict(draft.names)
    variant.price_fen, variant.place = draft.price_fen, place
    variant.extra_minutes = draft.extra_minutes
    _put_level_prices(variant, draft.level_prices)
    return variant


def _check_variants(service: Service, drafts: Sequence[VariantDraft]) -> None:
    if not drafts:
        raise api.Refused(_("A service needs a price."))
    names = [draft.name for draft in drafts]
    if len(names) > 1 and "" in names:
        raise api.Refused(_("Each of several variants needs a name."))
    if len(set(names)) < len(names):
        raise api.Refused(_("Two variants have the same name."))
    for draft in drafts:
        if draft.price_fen is None and service.pricing != "open":
            raise api.Refused(_("Only a service with an open price can do without one."))


def _put_level_prices(variant: Variant, prices: Mapping[int, int]) -> None:
    kept = {row.level_id: row for row in variant.level_prices}
    variant.level_prices = [
        kept.get(level_id) or LevelPrice(level_id=level_id) for level_id in prices
    ]
    for row in variant.level_prices:
        row.price_fen = prices[row.level_id]


@api.unit
def put_segments(service: Service, drafts: Sequence[SegmentDraft]) -> None:
    """Set how the time of a service runs; it begins and ends with work. Raises `Refused`."""
    if drafts and "wait" in (drafts[0].kind, drafts[-1].kind):
        raise api.Refused(_("A service begins and ends with work."))
    if any(draft.minutes <= 0 for draft in drafts):
        raise api.Refused(_("Every step takes at least a minute."))
    service.segments = [
        Segment(
            place=place,
            kind=draft.kind,
            minutes=draft.minutes,
            skill_id=draft.skill_id if draft.kind == "work" else None,
        )
        for place, draft in enumerate(drafts)
    ]
    service.version += 1


def services_on_sale(store_id: int | None = None) -> list[Service]:
    """Return what is on sale in a store, or anywhere, in the order of the price list."""
    rows = (
        sa.select(Service)
        .join(Category, Category.id == Service.category_id)
        .where(Service.on_sale)
        .order_by(Category.place, Category.id, Service.extra, Service.place, Service.id)
    )
    if store_id is not None:
        somewhere = sa.select(ServiceStore.service_id)
        here = somewhere.where(ServiceStore.store_id == store_id)
        rows = rows.where(sa.or_(Service.id.in_(here), Service.id.not_in(somewhere)))
    return list(api.db.session.scalars(rows))
