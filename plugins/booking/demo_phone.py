"""The demo's ratings, pictures of works, a calendar link, and the bookings of its heroine."""

from __future__ import annotations

import datetime as dt
import io
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from PIL import Image, ImageDraw

from console import api
from console.api import _
from plugins.booking.models import Item, Visit
from plugins.booking.permissions import SEE_RATINGS
from plugins.booking.services.booking import book
from plugins.booking.services.feeds import make_feed
from plugins.booking.services.offering import done_by
from plugins.booking.services.planning import Wish
from plugins.booking.services.rating import OPEN, rate_visit
from plugins.booking.services.reading import free_times
from plugins.booking.services.turning import turn_visit
from plugins.booking.services.works import add_work
from plugins.membership.api import Member, find_by_phone
from plugins.salon.api import Staff, services_on_sale, working_staff

FILE = Path(__file__).parent / "demo_data" / "ratings.toml"
HEROINE = "13800138000"
#: So many visits are rated, and every so many-th guest was not happy.
RATED, POOR_EVERY, REGULARS = 40, 19, 6
COLOURS = (("#f6d7e2", "#ad3b66"), ("#dfe9ef", "#4a6f8a"), ("#f4efe8", "#b08d57"))
SIDE = 640


def load() -> None:
    """Let guests rate, hang up pictures, give out a link, and book for the heroine."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    heroine = find_by_phone(HEROINE)
    if heroine is not None:
        _load_heroine(heroine)
    for store in api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)).all():
        shown = [person for person in working_staff(store.id) if person.shown]
        if shown:
            _load_regulars(store, shown[0])
        _load_ratings(store.id, told, heroine.id if heroine is not None else 0)
        for number, note in enumerate(told["works"] if shown else ()):
            add_work(shown[0], _draw(*COLOURS[number]), f"{number}.png", note)
        if shown:
            make_feed(store.id, shown[0].id)


def _load_ratings(store_id: int, told: Mapping[str, Any], but: int) -> None:
    """Let the guests of a store rate; the heroine's visit is left for whoever tries it out."""
    since = api.now() - OPEN + dt.timedelta(days=1)
    rows = sa.select(Visit).where(
        Visit.store_id == store_id,
        Visit.status == "done",
        Visit.done_at > since,
        Visit.member_id != but,
        Visit.id.in_(sa.select(Item.visit_id).where(Item.staff_id.is_not(None))),
    )
    latest = [
        (visit.id, visit.done_at or visit.ends_at)
        for visit in api.db.session.scalars(rows.order_by(Visit.done_at.desc()).limit(RATED))
    ]
    for number, (visit_id, done_at) in enumerate(latest):
        poor = number % POOR_EVERY == POOR_EVERY - 1
        words: Sequence[Mapping[str, Any]] = told["poor" if poor else "said"]
        said = words[number % len(words)]
        with api.at_moment(min(done_at + dt.timedelta(hours=2), api.now())):
            rate_visit(visit_id, said["stars"], tags=said["tags"], words=said["words"])


def _load_heroine(heroine: Member) -> None:
    """Let her have been served two days ago, and be expected in two days."""
    store = heroine.home_store
    today = api.today(store.time_zone)
    services = [each for each in services_on_sale(store.id) if not each.extra]
    for by, place in ((-2, 0), (2, 1)):
        wish = Wish(services[place % len(services)].variants[0].id)
        _load_visit(store, today + dt.timedelta(days=by), wish, heroine.id)


def _load_regulars(store: api.Store, person: Staff) -> None:
    """Let the technician whom members see first have had a guest on each of some days."""
    guests = sa.select(Member.id).where(
        Member.home_store_id == store.id, Member.gone_at.is_(None), Member.status == "active"
    )
    today, services = api.today(store.time_zone), done_by(person.id, store.id)
    members = api.db.session.scalars(guests.order_by(Member.id.desc()).limit(REGULARS)).all()
    for by, member_id in enumerate(members if services else (), start=1):
        wish = Wish(services[by % len(services)].variants[0].id, person.id)
        _load_visit(store, today - dt.timedelta(days=by), wish, member_id)


def _load_visit(store: api.Store, day: dt.date, wish: Wish, member_id: int) -> None:
    """Book a visit on the day before, and let it be done if it lies in the past."""
    evening = dt.datetime.combine(day, dt.time(9), dt.UTC) - dt.timedelta(days=1)
    with api.at_moment(min(evening, api.now())):
        times = free_times(store.id, [wish], day, day)[day]
        if not times:
            return
        key = f"demo:phone:{member_id}:{day}"
        visit = book(store.id, times[len(times) // 2], [wish], key=key, member_id=member_id)
    if visit.ends_at > api.now():
        return
    begins, ends = visit.starts_at, visit.ends_at
    with api.at_moment(begins):
        turn_visit(visit.id, "arrive")
        turn_visit(visit.id, "start")
    with api.at_moment(ends):
        turn_visit(visit.id, "done")


def _draw(ground: str, colour: str) -> bytes:
    """Draw a soft pattern in two colours, as PNG."""
    picture = Image.new("RGB", (SIDE, SIDE), ground)
    pen = ImageDraw.Draw(picture)
    for ring in range(9):
        inset = 40 + ring * 30
        pen.ellipse((inset, inset, SIDE - inset, SIDE - inset), outline=colour, width=10 - ring)
    for place in range(5):
        left = 80 + place * 110
        pen.rounded_rectangle(
            (left, 470, left + 60, 600), 30, fill="white", outline=colour, width=6
        )
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()


PART = api.DemoPart(
    load,
    tour=(
        api.TourStop(
            "ratings", _("Read what guests think"), "/console/booking/ratings/", SEE_RATINGS
        ),
    ),
)
