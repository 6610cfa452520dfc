"""Selling top-ups: lots, level, points and gift of an offer, in one unit; and undoing one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import (
    Entry,
    Lot,
    LotState,
    Tender,
    Terms,
    earn_points,
    given_lots,
    issue_lots,
    reverse,
    take_back_points,
)
from plugins.membership.models import SPLITS, Member, PurseKind, Recharge, Tier
from plugins.membership.permissions import EXCEED_CAPS
from plugins.membership.services.finding import today_of_chain
from plugins.membership.services.freezing import require_active
from plugins.membership.services.holding import record_act, require_free_value
from plugins.membership.services.id_documents import require_id, require_transfer
from plugins.membership.services.levelling import (
    add_growth,
    buy_level,
    lock_member,
    take_back_growth,
    take_back_level,
)
from plugins.membership.services.offers import (
    AboveCap,
    OfferGone,
    RechargeQuote,
    is_named,
    read_quote,
    still_hers,
)
from plugins.membership.services.points.rules import expiry_of
from plugins.membership.services.purses import MAIN, find_purse, open_purse
from plugins.membership.services.regions import GROUP, caps_bind
from plugins.membership.services.timeline import note_history
from plugins.membership.services.value_messages import TOP_UP_UNDONE, TOPPED_UP, tell_of_value

SPLIT = api.Setting(
    "membership.split",
    _("Spending order of principal and bonus"),
    "pro_rata",
    help=_("It counts for top-ups from now on; each lot keeps the one that it was sold with."),
    choices=SPLITS,
    group=GROUP,
)

BONUS_BARS = api.Setting(
    "membership.bonus_bars",
    _("What the bonus of a top-up does not pay for"),
    "none",
    help=_("It counts for top-ups from now on; each lot keeps the rule that it was sold with."),
    choices=(
        ("none", _("nothing: it pays for everything")),
        ("products", _("Products")),
        ("cards", _("Session cards and passes")),
        ("products,cards", _("Products, session cards and passes")),
    ),
    group=GROUP,
)


def bonus_bars() -> str:
    """Return what the bonus of a lot that is sold now does not pay for; "" for nothing."""
    return str(BONUS_BARS.get()).replace("none", "")


def say_bars(scopes: Iterable[str]) -> str:
    """Say what bonus does not pay for, in the middle of a sentence."""
    barred = frozenset(scopes)
    if barred == {"products"}:
        return api.gettext("products")
    if barred == {"cards"}:
        return api.gettext("session cards and passes")
    return api.gettext("products, session cards and passes")


@api.unit
def sell_recharge(
    entry: Entry,
    quote: RechargeQuote,
    tenders: Sequence[Tender],
    *,
    over_cap_note: str = "",
    tell: bool = True,
) -> list[LotState]:
    """Sell the top-up of a quote, paid by *tenders*, and return its lots; repeatable by its key.

    `OfferGone` when a first top-up is no longer one or the offer was taken too often meanwhile;
    `AboveCap` when the limits bind, `Refused` without *over_cap_note* when they only warn;
    `IdMissing` where her ID has to be noted first.
    """
    told = [[list(tender.account), tender.amount_fen, tender.ref] for tender in tenders]
    asked = entry.asked or [quote.member_id, quote.amount_fen, told]
    head = replace(entry, asked=asked)
    member = lock_member(quote.member_id)
    if find_recharge(entry.key) is not None:
        return issue_lots(head, member.id, [], [])
    require_active(member.id)
    require_free_value(member.id)
    _check_offer(member, quote)
    _check_cap(member, quote, over_cap_note)
    require_id(member.id, quote.store_id, quote.amount_fen, named=is_named(quote))
    require_transfer(member.id, quote.amount_fen, tenders, quote.store_id)
    terms = _terms(member, quote)
    lots = issue_lots(head, member.id, [terms], tenders)
    recharge = _note(entry, member, quote, lots[0], over_cap_note)
    _give(entry, member, quote, recharge.ref)
    if tell:
        tell_of_value(
            member,
            TOPPED_UP,
            key=f"membership.topped_up:{entry.key}",
            store_id=recharge.store_id,
            amount_fen=quote.amount_fen,
            bonus_fen=quote.bonus_fen,
        )
    return lots


@api.unit
def undo_recharge(entry: Entry, key: str, *, tell: bool = True) -> None:
    """Take a top-up back that was sold under *key*, with all that came with it; once.

    `Insufficient` when she has spent of it, `Refused` when she gave it away: that is a refund, not
    a mistake.
    """
    sold = find_recharge(key)
    if sold is None:
        raise api.NotFound(_("There is no such top-up."))
    member = lock_member(sold.member_id)
    api.db.session.refresh(sold, with_for_update=True)
    _require_own(sold)
    reverse(entry, sold.journal_id)
    if sold.undone_at is not None:
        return
    sold.undone_at = api.now()
    quote = read_quote(sold.quote)
    if quote.points:
        back = Entry(
            key=f"{entry.key}:points",
            code="take_back_points",
            store_id=entry.store_id,
            ref=sold.ref,
        )
        take_back_points(back, member.id, quote.points)
    take_back_growth(growth_key(key), back_key=f"membership.recharge_undone:{key}")
    if quote.level_id is not None:
        take_back_level(member.id, quote.tier_name)
    note_history(member.id, "recharge_undone", amount=api.format_fen(sold.amount_fen))
    record_act(member, "membership.recharge_undone", _("Undid a top-up"), entry.note)
    if tell:
        tell_of_value(member, TOP_UP_UNDONE, store_id=sold.store_id, amount_fen=sold.amount_fen)


def _require_own(sold: Recharge) -> None:
    """Raise `Refused` for a top-up that another member holds by now: it is hers to lose."""
    lots = api.db.session.scalars(sa.select(Lot).where(Lot.journal_id == sold.journal_id)).all()
    if given_lots(lots):
        raise api.Refused(_("This top-up was given to another member. Refund it instead."))


def find_recharge(key: str) -> Recharge | None:
    """Return the top-up that was sold under a key."""
    found: Recharge | None = api.db.session.scalar(sa.select(Recharge).where(Recharge.key == key))
    return found


def _check_offer(member: Member, quote: RechargeQuote) -> None:
    if quote.tier_id is None:
        return
    tier = api.db.session.get(Tier, quote.tier_id)
    if tier is None or not still_hers(member.id, tier):
        raise OfferGone


def _check_cap(member: Member, quote: RechargeQuote, note: str) -> None:
    """Look at the limit again, as her card stands now."""
    opens = quote.purse_kind_id is not None and not quote.purse
    held = 0 if opens else find_purse(member.id, quote.purse).principal_fen
    would = held + quote.amount_fen
    if would <= quote.cap_fen:
        return
    if caps_bind():
        raise AboveCap(quote.cap_fen, would)
    if not note.strip():
        raise api.Refused(_("The card would hold more than the rules name as the limit. Say why."))
    if not EXCEED_CAPS.held(quote.store_id):
        raise api.Refused(_("You may not sell above the limit. Ask the owner."))


def _terms(member: Member, quote: RechargeQuote) -> Terms:
    purse, rank = quote.purse, 0
    if quote.purse_kind_id is not None and not purse:
        purse = open_purse(member, quote.purse_kind_id)
    if purse != MAIN:
        kind_id = find_purse(member.id, purse).kind_id
        rank = api.db.session.get_one(PurseKind, kind_id).rank
    return Terms(
        price_fen=quote.amount_fen,
        paid=quote.amount_fen,
        gift=quote.bonus_fen,
        product=quote.tier_name,
        purse=purse,
        rank=rank,
        split=SPLIT.get(),
        gift_bars=bonus_bars(),
        gift_until_on=dt.date.fromisoformat(quote.bonus_until) if quote.bonus_until else None,
    )


def _note(
    entry: Entry, member: Member, quote: RechargeQuote, lot: LotState, over_cap_note: str
) -> Recharge:
    recharge = Recharge(
        member_id=member.id,
        store_id=quote.store_id,
        at=api.now(),
        key=entry.key,
        journal_id=lot.journal_id,
        tier_id=quote.tier_id,
        amount_fen=quote.amount_fen,
        bonus_fen=quote.bonus_fen,
        points=quote.points,
        gift=quote.gift,
        quote=quote.facts(),
        over_cap_note=over_cap_note.strip()[:200],
        by=api.actor().name,
    )
    api.db.session.add(recharge)
    if recharge.over_cap_note:
        title = _("Sold a top-up above the limit")
        record_act(member, "membership.cap_exceeded", title, recharge.over_cap_note)
    return recharge


def _give(entry: Entry, member: Member, quote: RechargeQuote, ref: str) -> None:
    """Give what comes with an offer besides its bonus."""
    key, paid_on = growth_key(entry.key), entry.done_on
    add_growth(member.id, quote.amount_fen, cause="top_up", key=key, on=paid_on)
    if quote.points:
        points = Entry(
            key=f"{entry.key}:points", code="earn_points", store_id=entry.store_id, ref=ref
        )
        expires = expiry_of(paid_on or today_of_chain())
        earn_points(points, member.id, quote.points, expires=expires)
    if quote.level_id is not None:
        buy_level(member.id, quote.level_id, quote.tier_name, paid_on)
    if quote.gift:
        note_history(member.id, "recharge_gift", gift=quote.gift)


def growth_key(key: str) -> str:
    """Return the key under which the top-up of a key counts towards a level."""
    return f"membership.recharge:{key}"
