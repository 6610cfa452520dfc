"""What happens to cards by the clock: passes earn by day, and members hear before a card ends."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card
from plugins.cards.permissions import SEE_CARDS
from plugins.cards.services.accounts import balance_of, left_per_card, name_of
from plugins.cards.services.days import days_over, today_in
from plugins.cards.services.shares import earned
from plugins.cards.services.telling import tell_of_ending
from plugins.cards.services.using import lock_card
from plugins.ledger import api as ledger

#: A member hears so many days before her card ends.
NOTICES = (30, 7, 1)
BATCH = 500
ZONE = "Asia/Shanghai"


def earn_passes() -> None:
    """Turn what is over of each pass into income; may be repeated."""
    last = 0
    while True:
        ids = api.db.session.scalars(
            sa.select(Card.id)
            .join(ledger.Account, ledger.Account.id == Card.unearned_account_id)
            .where(Card.kind == "pass", Card.starts_on.is_not(None), Card.id > last)
            .where(Card.state.in_(("active", "paused")))
            .where(ledger.Account.credits > ledger.Account.debits)
            .order_by(Card.id)
            .limit(BATCH)
        ).all()
        for card_id in ids:
            earn_pass(card_id)
        if len(ids) < BATCH:
            return
        last = ids[-1]


@api.unit
def earn_pass(card_id: int, on: dt.date | None = None) -> int:
    """Turn what is over of a pass before *on* (today) into income, in a straight line by day.

    Returns the fen that were earned now.
    """
    card = lock_card(card_id)
    today = on or today_in(card.store_id)
    if card.unearned_account_id is None or card.state not in ("active", "paused"):
        return 0
    over = earned(card.earning_fen, days_over(card, today), card.valid_days or 0)
    fen = over - earned_so_far(card)
    if fen <= 0:
        return 0
    entry = ledger.Entry(
        key=f"cards.earn:{card.id}:{today.isoformat()}",
        code="earn_pass",
        store_id=card.store_id,
        asked=[card.id, today.isoformat()],
    )
    revenue = ledger.salon("revenue", card.store_id)
    posted = ledger.post(entry, [ledger.Move(name_of(card.unearned_account_id), revenue, fen)])
    return fen if posted.fresh else 0


def earned_so_far(card: Card) -> int:
    """Return what of the price of a pass is income already, in fen."""
    return card.earning_fen - balance_of(card.unearned_account_id)


def remind_members() -> None:
    """Tell members whose cards end soon, once for each notice; may be repeated."""
    today = api.today(ZONE)
    for card_id in _ending(today):
        _remind(card_id, today)
    if today.day == 1:
        _list_ended(today)


def _ending(today: dt.date) -> list[int]:
    left = left_per_card()
    has_some = sa.or_(Card.kind == "pass", left.c.left > 0)
    return list(
        api.db.session.scalars(
            sa.select(Card.id)
            .outerjoin(left, left.c.card_id == Card.id)
            .where(Card.state == "active", has_some)
            .where(Card.until_on.between(today, today + dt.timedelta(days=max(NOTICES))))
            .order_by(Card.id)
        )
    )


@api.unit
def _remind(card_id: int, today: dt.date) -> None:
    card = lock_card(card_id)
    if card.until_on is None:
        return
    days = (card.until_on - today).days
    notice = min(one for one in NOTICES if one >= days)
    if card.sold_on > card.until_on - dt.timedelta(days=notice):
        return
    key = f"cards.ending:{card.id}:{card.until_on.isoformat()}:{notice}"
    tell_of_ending(card, card.until_on, key)


@api.unit
def _list_ended(today: dt.date) -> None:
    """Put into the inbox how many cards ended last month with sessions left."""
    before = today - dt.timedelta(days=1)
    left = left_per_card()
    rows = api.db.session.execute(
        sa.select(Card.store_id, sa.func.count())
        .join(left, left.c.card_id == Card.id)
        .where(Card.state == "active", left.c.left > 0)
        .where(Card.until_on.between(before.replace(day=1), before))
        .group_by(Card.store_id)
    )
    for store_id, count in rows:
        api.notify(
            _("%(count)s cards ended last month with sessions left", count=count),
            url="/console/cards/cards/?f.ended.eq=1",
            store_id=store_id,
            permission=SEE_CARDS,
            key=f"cards.ended:{store_id}:{before:%Y-%m}",
        )
