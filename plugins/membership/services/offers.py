"""Which offer a top-up gets, and why: quotes that are frozen when they are agreed to."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import brought_value
from plugins.membership.models import Level, Member, PurseKind, Recharge, Tier
from plugins.membership.services.ladder import all_levels, rank_of
from plugins.membership.services.purses import MAIN, card_of_kind, find_purse
from plugins.membership.services.regions import cap_fen, caps_bind

MOST_FEN = 100_000_000


class AboveCap(api.Refused):
    """The card would hold more money than the law allows a company."""

    def __init__(self, cap: int, would: int) -> None:
        self.cap_fen, self.would_hold_fen = cap, would
        super().__init__(
            _(
                "A card may hold %(cap)s of principal at most, and would hold %(would)s. "
                "The rules on prepaid cards bind a company.",
                cap=api.format_fen(cap),
                would=api.format_fen(would),
            )
        )


class OfferGone(api.Conflict):
    """The offer of a quote is no longer hers."""

    def __init__(self) -> None:
        super().__init__(_("This offer is no longer hers. Look at the top-up again."))


@dataclass(frozen=True)
class RechargeQuote:
    """What a member gets for a top-up, as it stands when she agrees; never computed again.

    *purse* is the card that it goes to, *purse_kind_id* the kind that is opened where she has
    none. *missing_fen* more would reach the offer *next_name*. A *would_hold_fen* above
    *cap_fen* needs a note from whoever may go above the limit.
    """

    member_id: int
    store_id: int
    amount_fen: int
    bonus_fen: int
    points: int
    level_id: int | None
    gift: str
    tier_id: int | None
    tier_name: str
    tier_names: Mapping[str, str]
    first_only: bool
    purse: str
    purse_kind_id: int | None
    next_name: str
    next_names: Mapping[str, str]
    missing_fen: int
    next_bonus_fen: int
    would_hold_fen: int
    cap_fen: int
    on: str
    #: The last day of the bonus; "" where it never ends, as for all that she pays.
    bonus_until: str = ""

    @property
    def total_fen(self) -> int:
        """What she may spend afterwards for it."""
        return self.amount_fen + self.bonus_fen

    @property
    def above_cap(self) -> bool:
        """Tell whether the card would hold more than the limit of the law."""
        return self.would_hold_fen > self.cap_fen

    @property
    def title(self) -> str:
        """The name of the offer in the reader's language; "" for a plain top-up."""
        return api.translate(self.tier_name, dict(self.tier_names)) if self.tier_id else ""

    @property
    def reason(self) -> str:
        """Say, to the member and the staff alike, why it is this offer."""
        amount = api.format_fen(self.amount_fen)
        if self.tier_id is None:
            return api.gettext("No offer begins at %(amount)s or below.", amount=amount)
        if self.first_only:
            return api.gettext("%(offer)s: for her first top-up.", offer=self.title)
        return api.gettext(
            "%(offer)s: the best offer up to %(amount)s.", offer=self.title, amount=amount
        )

    @property
    def upsell(self) -> str:
        """Say what the next offer needs; "" where there is none."""
        if not self.missing_fen:
            return ""
        return api.gettext(
            "%(amount)s more and it is %(offer)s, with a bonus of %(bonus)s.",
            amount=api.format_fen(self.missing_fen),
            offer=api.translate(self.next_name, dict(self.next_names)),
            bonus=api.format_fen(self.next_bonus_fen),
        )

    @property
    def warning(self) -> str:
        """Say that the card would hold more than the rules allow; "" where it would not."""
        if not self.above_cap:
            return ""
        return api.gettext(
            "The card would hold %(would)s of principal; the rules name %(cap)s as the limit. "
            "They do not bind a sole trader, but say why.",
            would=api.format_fen(self.would_hold_fen),
            cap=api.format_fen(self.cap_fen),
        )

    def facts(self) -> dict[str, Any]:
        """Return the quote as plain values, to be kept with an order."""
        return asdict(self)


def read_quote(facts: Mapping[str, Any]) -> RechargeQuote:
    """Return the quote that `facts()` wrote."""
    return RechargeQuote(**facts)


def quote_recharge(
    member_id: int,
    amount_fen: int,
    *,
    store_id: int,
    purse: str | None = None,
    tier_id: int | None = None,
    on: dt.date | None = None,
) -> RechargeQuote:
    """Quote a top-up of any amount: the best offer that it reaches, or the one of *tier_id*.

    *on* is the day on which she paid it, today unless it is entered late.
    `AboveCap` when the limits bind and the card would hold too much.
    """
    if not 0 < amount_fen <= MOST_FEN:
        raise api.Refused(_("Enter an amount above zero."))
    member = api.db.session.get(Member, member_id)
    if member is None:
        raise api.NotFound(_("There is no such member."))
    day = on or _today(store_id)
    offers = _offers(member, store_id, purse, day)
    reached = [tier for tier in offers if tier.amount_fen <= amount_fen]
    if tier_id is not None:
        reached = [tier for tier in reached if tier.id == tier_id]
        if not reached:
            raise api.Refused(_("This offer is not hers, or needs more."))
    tier = best_of(reached, all_levels())
    following = _next(offers, amount_fen, tier)
    quote = _quote(member, amount_fen, store_id, _target(member.id, purse, tier), tier, following)
    ends = bonus_ends(tier, day) if tier is not None and tier.bonus_fen else None
    quote = replace(quote, on=day.isoformat(), bonus_until=ends.isoformat() if ends else "")
    if quote.above_cap and caps_bind():
        raise AboveCap(quote.cap_fen, quote.would_hold_fen)
    return quote


def is_named(quote: RechargeQuote) -> bool:
    """Tell whether the card of a quote is in the member's name."""
    return _is_named(quote.member_id, quote.purse, quote.purse_kind_id)


def offers_for(member_id: int, store_id: int) -> list[Tier]:
    """Return the offers that a member may take in a store today, the smallest first."""
    member = api.db.session.get_one(Member, member_id)
    return _offers(member, store_id, None, _today(store_id))


def best_of(tiers: Sequence[Tier], levels: Sequence[Level]) -> Tier | None:
    """Return the offer that gives most: bonus, then level, points, gift, and the larger one."""

    def worth(tier: Tier) -> tuple[int, int, int, bool, int, int]:
        rank = rank_of(levels, tier.level_id) if tier.level_id else -1
        return tier.bonus_fen, rank, tier.points, bool(tier.gift), tier.amount_fen, -tier.id

    return max(tiers, key=worth, default=None)


def _offers(member: Member, store_id: int, purse: str | None, day: dt.date) -> list[Tier]:
    tiers = api.db.session.scalars(
        sa.select(Tier).where(Tier.on_sale).order_by(Tier.amount_fen, Tier.id)
    ).all()
    taken = _times_taken(member.id)
    kind = find_purse(member.id, purse).kind_id if purse is not None else None
    return [
        tier
        for tier in tiers
        if _is_open(tier, day, store_id)
        and (purse is None or tier.purse_kind_id == kind)
        and still_hers(member.id, tier, taken)
    ]


def bonus_ends(tier: Tier, on: dt.date) -> dt.date | None:
    """Return the last day of the bonus of an offer that is taken on a day; None: it never ends."""
    if tier.bonus_days is None and tier.bonus_months is None:
        return None
    months = on.month - 1 + (tier.bonus_months or 0)
    year, month = on.year + months // 12, months % 12 + 1
    day = min(on.day, calendar.monthrange(year, month)[1])
    return dt.date(year, month, day) + dt.timedelta(days=tier.bonus_days or 0)


def _today(store_id: int) -> dt.date:
    store = api.db.session.get(api.Store, store_id)
    if store is None:
        raise api.NotFound(_("There is no such store."))
    return api.business_day(api.now(), store.time_zone, store.cut_off_minutes)


def _is_open(tier: Tier, today: dt.date, store_id: int) -> bool:
    begun = tier.from_on is None or tier.from_on <= today
    over = tier.until_on is not None and tier.until_on < today
    return begun and not over and (not tier.stores or store_id in {s.id for s in tier.stores})


def still_hers(member_id: int, tier: Tier, taken: Mapping[int, int] | None = None) -> bool:
    """Tell whether a member may take an offer (again): a first top-up, or times that are left."""
    if tier.most is not None:
        times = _times_taken(member_id) if taken is None else taken
        if times.get(tier.id, 0) >= tier.most:
            return False
    return not tier.first_only or not has_topped_up(member_id)


def _times_taken(member_id: int) -> dict[int, int]:
    rows = api.db.session.execute(
        sa.select(Recharge.tier_id, sa.func.count())
        .where(Recharge.member_id == member_id, Recharge.undone_at.is_(None))
        .where(Recharge.tier_id.is_not(None))
        .group_by(Recharge.tier_id)
    )
    return {tier_id: times for tier_id, times in rows if tier_id is not None}


def has_topped_up(member_id: int) -> bool:
    """Tell whether a member ever paid for stored value, in an earlier system too.

    What she gave away counts as hers; what somebody gave her, or was adjusted by hand, does not.
    """
    paid = sa.select(Recharge.id).where(
        Recharge.member_id == member_id, Recharge.undone_at.is_(None)
    )
    return api.db.session.scalar(paid.limit(1)) is not None or brought_value(member_id)


def _next(offers: Sequence[Tier], amount_fen: int, tier: Tier | None) -> Tier | None:
    better = tier.bonus_fen if tier is not None else -1
    above = (o for o in offers if o.amount_fen > amount_fen and o.bonus_fen > better)
    return min(above, key=lambda offer: (offer.amount_fen, offer.id), default=None)


def _target(member_id: int, purse: str | None, tier: Tier | None) -> tuple[str, int | None]:
    """Return the card that a top-up goes to, and the kind that is to be opened for it."""
    if purse is not None:
        own = find_purse(member_id, purse)
        if own.current or own.kind_id is None:
            return purse, None
        return card_of_kind(member_id, own.kind_id), own.kind_id
    if tier is None or tier.purse_kind_id is None:
        return MAIN, None
    kind_id = tier.purse_kind_id
    return card_of_kind(member_id, kind_id), kind_id


def _quote(
    member: Member,
    amount_fen: int,
    store_id: int,
    target: tuple[str, int | None],
    tier: Tier | None,
    following: Tier | None,
) -> RechargeQuote:
    code, kind_id = target
    opens = kind_id is not None and not code
    held = 0 if opens else find_purse(member.id, code).principal_fen
    return RechargeQuote(
        member_id=member.id,
        store_id=store_id,
        amount_fen=amount_fen,
        bonus_fen=tier.bonus_fen if tier else 0,
        points=tier.points if tier else 0,
        level_id=tier.level_id if tier else None,
        gift=tier.gift if tier else "",
        tier_id=tier.id if tier else None,
        tier_name=tier.name if tier else "",
        tier_names=dict(tier.names) if tier else {},
        first_only=tier.first_only if tier else False,
        purse=code,
        purse_kind_id=kind_id,
        next_name=following.name if following else "",
        next_names=dict(following.names) if following else {},
        missing_fen=following.amount_fen - amount_fen if following else 0,
        next_bonus_fen=following.bonus_fen if following else 0,
        would_hold_fen=held + amount_fen,
        cap_fen=cap_fen(named=_is_named(member.id, code, kind_id)),
        on="",
    )


def _is_named(member_id: int, code: str, kind_id: int | None) -> bool:
    if kind_id is not None:
        return api.db.session.get_one(PurseKind, kind_id).named
    return find_purse(member_id, code).named
