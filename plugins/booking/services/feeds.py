"""Secret addresses under which calendars read visits, for a technician or a whole store."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Feed, Item, Visit
from plugins.booking.services.calendars import changes_of, write_feed
from plugins.booking.services.showing import with_items
from plugins.salon.api import StaffStore

BACK, AHEAD = dt.timedelta(days=14), dt.timedelta(days=90)
#: The time of the last reading is as exact as this.
NOTED = dt.timedelta(hours=1)
VISITS_AT_MOST = 2000


@dataclass(frozen=True)
class Calendar:
    """What a feed says now: the text, its fingerprint, and when it last changed."""

    text: str
    etag: str
    changed_at: dt.datetime


@api.unit
def make_feed(store_id: int, staff_id: int | None = None, *, names: bool = False) -> str:
    """Make a calendar address and return its secret part, which is shown once and not kept."""
    if staff_id is not None and api.db.session.get(StaffStore, (staff_id, store_id)) is None:
        raise api.Refused(_("This technician does not work in this store."))
    token = secrets.token_urlsafe(24)
    feed = Feed(
        token_hash=_digest(token),
        store_id=store_id,
        staff_id=staff_id,
        names=names,
        made_at=api.now(),
        made_by=api.actor().user_id,
    )
    api.db.session.add(feed)
    api.db.session.flush()
    api.record_audit(
        "booking.feed_made", feed, store_id=store_id, title=_("Gave out a calendar link")
    )
    return token


@api.unit
def revoke_feed(feed_id: int) -> None:
    """Shut a calendar address for good; done twice it stays shut."""
    feed = api.db.session.get(Feed, feed_id, with_for_update=True)
    if feed is None:
        raise api.NotFound(_("There is no such calendar link."))
    if feed.revoked_at is None:
        feed.revoked_at = api.now()
        api.record_audit(
            "booking.feed_shut", feed, store_id=feed.store_id, title=_("Shut a calendar link")
        )


def find_feed(token: str) -> Feed | None:
    """Return the open feed of a secret; one of somebody who left or of a closed store is shut."""
    found: Feed | None = api.db.session.scalar(
        sa.select(Feed).where(Feed.token_hash == _digest(token), Feed.revoked_at.is_(None))
    )
    if found is None or found.store.closed:
        return None
    if found.staff is not None and found.staff.left_on is not None:
        return None
    return found


def read_feed(feed: Feed) -> Calendar:
    """Return what a feed says now, of two weeks back and three months ahead."""
    today = api.today(feed.store.time_zone)
    rows = sa.select(Visit).where(
        Visit.store_id == feed.store_id,
        Visit.day_on >= today - BACK,
        Visit.day_on <= today + AHEAD,
        Visit.status != "hold",
    )
    if feed.staff_id is not None:
        served = sa.select(Item.visit_id).where(Item.staff_id == feed.staff_id)
        rows = rows.where(Visit.id.in_(served))
    visits = with_items(rows.order_by(Visit.starts_at, Visit.id).limit(VISITS_AT_MOST))
    changed = changes_of(visits)
    title = feed.staff.name if feed.staff is not None else feed.store.name
    text = write_feed(title, visits, changed, names=feed.names, staff_id=feed.staff_id)
    etag = hashlib.sha256(text.encode()).hexdigest()[:24]
    return Calendar(text, etag, max([feed.made_at, *changed.values()]))


@api.unit
def note_reading(feed_id: int) -> None:
    """Note that a calendar was read, once an hour."""
    feed = api.db.session.get(Feed, feed_id)
    if feed is not None and (feed.read_at is None or feed.read_at < api.now() - NOTED):
        feed.read_at = api.now()


def needs_noting(feed: Feed) -> bool:
    """Tell whether the time of the last reading is worth writing again."""
    return feed.read_at is None or feed.read_at < api.now() - NOTED


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
