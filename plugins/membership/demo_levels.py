"""The levels of the demo: the ladder, who stands where, and the visits that led there."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.ledger.api import Entry, Line, lots_of, use_sessions
from plugins.membership.demo_pictures import draw_face
from plugins.membership.models import Benefit, Level, LevelGift, Member, Photo
from plugins.membership.permissions import SEE_MEMBERS
from plugins.membership.services.freezing import freeze_member
from plugins.membership.services.level_terms import check_levels
from plugins.membership.services.levelling import add_growth, set_level

FILE = Path(__file__).parent / "demo_data" / "levels.toml"
ZONE, YUAN = "Asia/Shanghai", 100
#: A gift waits so many days in the demo until it is handed over.
WAITING_DAYS = 10
#: How much the others spent in twelve months, in yuan, and how many of a hundred did.
SPENDING = (((120, 1_900), 60), ((2_050, 4_800), 23), ((5_200, 11_000), 13), ((12_500, 19_000), 4))


def load_story() -> dict[str, Any]:
    """Read what the demo tells of levels."""
    return tomllib.loads(FILE.read_text("utf-8"))


def days_ago(days: int) -> dt.datetime:
    """Return an afternoon so many days ago, or this moment if it has not come yet."""
    day = api.today(ZONE) - dt.timedelta(days=days)
    return min(api.now(), dt.datetime.combine(day, dt.time(15, 20), ZoneInfo(ZONE)))


@api.unit
def load_levels(told: dict[str, Any]) -> None:
    """Build the ladder."""
    for place, step in enumerate(told["levels"], 1):
        level = Level(
            name=step["name"],
            names=step["names"],
            colour=step["colour"],
            place=place,
            threshold_fen=step["threshold"] * YUAN,
        )
        api.db.session.add(level)
        api.db.session.flush()
        for benefit in step.get("benefits", ()):
            api.db.session.add(Benefit(level_id=level.id, **benefit))


def sessions_used(told: dict[str, Any], name: str) -> Mapping[str, int]:
    """Return how many sessions a member of the cast had besides those that are left."""
    found: dict[str, int] = {}
    for card, _days in told["used"].get(name, ()):
        found[card] = found.get(card, 0) + 1
    return found


@api.unit
def play_levels(
    told: dict[str, Any],
    members: Sequence[tuple[int, str, dt.date]],
    top_up: Callable[[], None],
) -> None:
    """Let members visit and spend: *members* are ids, names (of the cast) and days of joining.

    *top_up* sells their top-ups, once they have the levels that they earned.
    """
    cast = {name: member_id for member_id, name, _joined_on in reversed(members) if name}
    _use_cards(told, cast)
    for days, member_id, yuan in sorted(_spendings(told, cast, members), reverse=True):
        with api.at_moment(days_ago(days)):
            key = f"demo:growth:{member_id}:{days}"
            add_growth(member_id, yuan * YUAN, cause="spend", key=key)
    top_up()
    _play_by_hand(told, cast, members)
    _hand_gifts_over()
    _add_photos(told["photos"], cast)


def _spendings(
    told: dict[str, Any],
    cast: Mapping[str, int],
    members: Sequence[tuple[int, str, dt.date]],
) -> Iterator[tuple[int, int, int]]:
    """Yield what counts, as days ago, member and yuan."""
    for name, spent in told["growth"].items():
        yield from ((days, cast[name], yuan) for yuan, days in spent)
    draw, today = random.Random(20260402), api.today(ZONE)  # noqa: S311 - nothing secret
    for member_id, name, joined_on in members:
        age = (today - joined_on).days
        if name or age < 14:
            continue
        yuan = _draw_spending(draw)
        first = draw.randint(age // 2, age - 1)
        yield first, member_id, yuan * 2 // 3
        yield draw.randint(1, max(first - 1, 1)), member_id, yuan - yuan * 2 // 3


def _draw_spending(draw: random.Random) -> int:
    bands = [band for band, _share in SPENDING]
    shares = [share for _band, share in SPENDING]
    least, most = draw.choices(bands, shares)[0]
    return draw.randint(least, most)


def _play_by_hand(
    told: dict[str, Any], cast: Mapping[str, int], members: Sequence[tuple[int, str, dt.date]]
) -> None:
    levels = {level.name: level.id for level in api.db.session.scalars(sa.select(Level))}
    manual, frozen = told["manual"], told["frozen"]
    with api.at_moment(days_ago(manual["days_ago"])):
        set_level(
            cast[manual["name"]],
            levels[manual["level"]],
            until_on=api.today(ZONE) + dt.timedelta(days=manual["days_ahead"]),
            reason=manual["reason"],
        )
    with api.at_moment(days_ago(frozen["days_ago"])):
        freeze_member(members[frozen["number"]][0], frozen["reason"])
    check_levels()


def _use_cards(told: dict[str, Any], cast: Mapping[str, int]) -> None:
    for name, used in told["used"].items():
        for number, (card, days) in enumerate(used):
            member_id = cast[name]
            lots = {lot.unit.partition(":")[2]: lot for lot in lots_of(member_id, "sessions")}
            ref = f"demo:use:{member_id}:{number}"
            entry = Entry(
                key=ref,
                code="use_session",
                store_id=api.db.session.get_one(Member, member_id).home_store_id,
                business_on=api.today(ZONE) - dt.timedelta(days=days),
                agreed_by="code",
            )
            with api.at_moment(days_ago(days)):
                use_sessions(entry, member_id, lots[card].id, [Line(ref, 1)])


def _hand_gifts_over() -> None:
    """Let those have their gifts who reached their level some time ago."""
    known = api.now() - dt.timedelta(days=WAITING_DAYS)
    person = api.db.session.scalar(sa.select(api.User.name).order_by(api.User.id).limit(1))
    for gift in api.db.session.scalars(sa.select(LevelGift).where(LevelGift.at < known)):
        gift.handed_at, gift.handed_by = gift.at + dt.timedelta(days=4), person or ""


def _add_photos(told: Mapping[str, str], cast: Mapping[str, int]) -> None:
    for days, note, cared_for in ((54, told["before"], False), (12, told["after"], True)):
        data = draw_face(cared_for=cared_for)
        file = api.keep_file(data, f"{days}.jpg", kind="image", needs=SEE_MEMBERS)
        photo = Photo(member_id=cast[told["name"]], file_id=file.id, note=note)
        photo.added_at = days_ago(days)
        api.db.session.add(photo)
