"""Ratings: asked for after a visit, given once, changed for a day, and summed up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.hookspecs import booking_visit_rated
from plugins.booking.models import TAGS, Item, Rating, Visit
from plugins.booking.permissions import SEE_RATINGS
from plugins.booking.services.acts import lock_visit
from plugins.booking.services.rules import ASK_RATING
from plugins.booking.services.telling import RATE, tell
from plugins.messages.api import Message, next_moment

#: A guest changes what she said for so long, and says something at all within so many days.
CHANGEABLE = dt.timedelta(hours=24)
OPEN = dt.timedelta(days=30)
#: Not so many stars and fewer are a matter for the store's manager.
POOR = 3
#: An average of fewer ratings says nothing, and might say who rated.
FEWEST = 5
#: Longer ago nobody is asked any more.
ASKED_WITHIN = dt.timedelta(days=1)
LONGEST = 500


@dataclass(frozen=True)
class Score:
    """What guests think of somebody: the average of the stars, and how many rated."""

    average: float
    count: int

    @property
    def shown(self) -> bool:
        """Whether there are enough ratings to show."""
        return self.count >= FEWEST


@api.unit
def rate_visit(visit_id: int, stars: int, *, tags: Iterable[str] = (), words: str = "") -> Rating:
    """Store what a guest thinks of a visit; within a day she may say otherwise.

    Raises `Refused` for a visit that is not done or long ago, and `Conflict` after the day.
    """
    visit = lock_visit(visit_id)
    if stars not in range(1, 6):
        raise api.Refused(_("Choose between one and five stars."))
    if visit.status != "done":
        raise api.Refused(_("A visit can be rated once it is done."))
    rating = rating_of(visit_id)
    if rating is None and not may_rate(visit):
        raise api.Refused(_("This visit was too long ago to be rated."))
    if rating is not None and not may_change(rating):
        raise api.Conflict(_("You have rated this visit; it can no longer be changed."))
    chosen = [key for key, _label in TAGS if key in set(tags)]
    said = (stars, chosen, words.strip()[:LONGEST])
    if rating is None:
        rating = Rating(visit_id=visit_id, store_id=visit.store_id, rated_at=api.now())
        api.db.session.add(rating)
    elif said == (rating.stars, rating.chosen, rating.words):
        return rating
    else:
        rating.changed_at = api.now()
    rating.stars, rating.tags, rating.words = stars, {"chosen": chosen}, said[2]
    api.db.session.flush()
    _tell_manager(visit, rating)
    api.emit(booking_visit_rated, visit_id=visit_id, stars=stars)
    return rating


def rating_of(visit_id: int) -> Rating | None:
    """Return the rating of a visit, if its guest gave one."""
    found: Rating | None = api.db.session.scalar(
        sa.select(Rating).where(Rating.visit_id == visit_id)
    )
    return found


def may_rate(visit: Visit) -> bool:
    """Tell whether a guest can say what she thinks of a visit."""
    return (
        visit.status == "done" and visit.done_at is not None and api.now() <= visit.done_at + OPEN
    )


def may_change(rating: Rating) -> bool:
    """Tell whether a guest can still say otherwise."""
    return api.now() <= rating.rated_at + CHANGEABLE


def scores_of(staff_ids: Sequence[int]) -> dict[int, Score]:
    """Return what guests think of technicians; of a visit each who served it has the stars."""
    served = sa.select(Item.visit_id, Item.staff_id).where(Item.staff_id.in_(staff_ids)).distinct()
    who = served.subquery()
    rows = sa.select(who.c.staff_id, sa.func.avg(Rating.stars), sa.func.count(Rating.id))
    rows = rows.join(Rating, Rating.visit_id == who.c.visit_id).group_by(who.c.staff_id)
    return {
        staff_id: Score(round(float(average), 1), count)
        for staff_id, average, count in api.db.session.execute(rows)
    }


def marks_of(staff_id: int) -> list[tuple[Any, int]]:
    """Return what contented guests tapped on most, of the latest hundred, with how often."""
    counted: Counter[str] = Counter()
    for rating in latest_ratings(staff_id, 100):
        if rating.stars > POOR:
            counted.update(rating.chosen)
    labels = dict(TAGS)
    return [(labels[key], count) for key, count in counted.most_common(4) if key in labels]


def latest_ratings(staff_id: int, most: int = 5) -> list[Rating]:
    """Return the latest ratings of visits that somebody served."""
    served = sa.select(Item.visit_id).where(Item.staff_id == staff_id)
    rows = sa.select(Rating).where(Rating.visit_id.in_(served))
    return list(api.db.session.scalars(rows.order_by(Rating.id.desc()).limit(most)))


@api.unit
def ask_for_ratings() -> None:
    """Ask guests what they think some time after their visit; may be repeated."""
    after = ASK_RATING.get()
    if not after:
        return
    until = api.now() - dt.timedelta(minutes=after)
    asked = sa.select(Message.id).where(
        Message.key == sa.literal(f"{RATE.key}:").concat(sa.cast(Visit.id, sa.String))
    )
    rows = sa.select(Visit).where(
        Visit.status == "done",
        Visit.starts_at > until - 2 * ASKED_WITHIN,
        Visit.done_at <= until,
        Visit.done_at > until - ASKED_WITHIN,
        Visit.member_id.is_not(None),
        Visit.id.not_in(sa.select(Rating.visit_id)),
        ~asked.exists(),
    )
    for visit in api.db.session.scalars(rows.order_by(Visit.id)).all():
        # Who was thanked in the morning, because it was late, is asked some time after that.
        if visit.done_at is None or next_moment(visit.store_id, after=visit.done_at) > until:
            continue
        tell(visit, RATE, f"{RATE.key}:{visit.id}", url=f"/booking/mine/{visit.id}/rate")


def _tell_manager(visit: Visit, rating: Rating) -> None:
    """Open a to-do about a guest who was not happy, and settle it when she says otherwise."""
    key = f"booking.rating:{visit.id}"
    if rating.stars > POOR:
        api.settle_notice(key)
        return
    api.notify(
        _("%(name)s gave %(stars)s of 5 stars", name=visit.guest_name, stars=rating.stars),
        rating.words,
        url=f"/console/booking/ratings/{rating.id}/",
        store_id=visit.store_id,
        permission=SEE_RATINGS,
        todo=True,
        key=key,
    )
