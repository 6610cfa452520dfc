"""The rules of points: settings, and what follows from them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import Any

from console import api
from console.api import _
from plugins.membership.models import Member
from plugins.membership.services.birthdays import next_birthday
from plugins.membership.services.filing import birthday_of
from plugins.membership.services.ladder import benefits_of

GROUP = _("Points")
#: Hundredths of a point that each yuan earns, by what it was paid for.
EARNING = {
    "service": api.Setting(
        "membership.points_service",
        _("Points for ¥100 of services"),
        100,
        least=0,
        most=100_000,
        group=GROUP,
    ),
    "session": api.Setting(
        "membership.points_session",
        _("Points for ¥100 of sessions used"),
        100,
        help=_("Sessions count at their price in the card."),
        least=0,
        most=100_000,
        group=GROUP,
    ),
    "product": api.Setting(
        "membership.points_product",
        _("Points for ¥100 of products"),
        100,
        least=0,
        most=100_000,
        group=GROUP,
    ),
    "recharge": api.Setting(
        "membership.points_top_up",
        _("Points for ¥100 of top-ups"),
        0,
        help=_("What is topped up earns again when it is spent; one of the two is usual."),
        least=0,
        most=100_000,
        group=GROUP,
    ),
    "card": api.Setting(
        "membership.points_card",
        _("Points for ¥100 of cards"),
        0,
        help=_("Sessions earn when they are used; one of the two is usual."),
        least=0,
        most=100_000,
        group=GROUP,
    ),
}
BIRTHDAY = api.Setting(
    "membership.points_birthday",
    _("Percent of points on her birthday"),
    200,
    help=_("100: as on any day."),
    least=100,
    most=1_000,
    group=GROUP,
)
WORTH = api.Setting(
    "membership.points_worth",
    _("Points that pay ¥1"),
    100,
    help=_("0: points pay nothing."),
    least=0,
    most=100_000,
    group=GROUP,
)
SHARE = api.Setting(
    "membership.points_share",
    _("Most percent of services and products that points pay"),
    50,
    least=0,
    most=100,
    group=GROUP,
)
MONTHS = api.Setting(
    "membership.points_months",
    _("Months after which points expire"),
    12,
    help=_("0: never. They expire at the end of a month."),
    least=0,
    most=120,
    group=GROUP,
)
YEARLY = api.Setting(
    "membership.points_yearly",
    _("Points expire on 31 December of the next year"),
    default=False,
    help=_("In place of the months."),
    group=GROUP,
)
ALONE = api.Setting(
    "membership.points_alone",
    _("Points that one person may adjust alone on a day"),
    200,
    help=_("A second person agrees to more."),
    least=0,
    most=1_000_000,
    group=GROUP,
)
TASKS = {
    "sign_in": api.Setting(
        "membership.points_sign_in", _("Points for signing in on a day"), 1, least=0, group=GROUP
    ),
    "profile": api.Setting(
        "membership.points_profile", _("Points for a complete profile"), 50, least=0, group=GROUP
    ),
    "first_booking": api.Setting(
        "membership.points_first_booking",
        _("Points for the first booking"),
        50,
        least=0,
        group=GROUP,
    ),
    "review": api.Setting(
        "membership.points_review", _("Points for rating a visit"), 20, least=0, group=GROUP
    ),
    "streak": api.Setting(
        "membership.points_streak", _("Points for visits in a row"), 100, least=0, group=GROUP
    ),
}
STREAK_BY = api.Setting(
    "membership.streak_by",
    _("Visits in a row are counted by"),
    "month",
    choices=(("week", _("Week")), ("month", _("Month"))),
    group=GROUP,
)
STREAK = api.Setting(
    "membership.streak_length",
    _("Weeks or months in a row with a visit"),
    3,
    help=_("Then the points are given, and the next row begins."),
    least=2,
    most=24,
    group=GROUP,
)
TASKS_A_DAY = api.Setting(
    "membership.points_tasks_a_day",
    _("Most points for tasks on a day"),
    200,
    help=_("0: as many as there are. Sharing earns none."),
    least=0,
    group=GROUP,
)
SETTINGS: tuple[api.Setting[Any], ...] = (
    *EARNING.values(),
    BIRTHDAY,
    WORTH,
    SHARE,
    MONTHS,
    YEARLY,
    ALONE,
    *TASKS.values(),
    STREAK_BY,
    STREAK,
    TASKS_A_DAY,
)
NEVER = "never"


def points_for(member_id: int, fen: Mapping[str, int], on: dt.date) -> int:
    """Return what a member earns on a day for her own money, by what it was paid for.

    A level may multiply it, and so does her birthday; the whole is rounded down.
    """
    hundredths = sum(EARNING[kind].get() * some for kind, some in fen.items() if kind in EARNING)
    multiple = max(
        (one.percent or 100 for one in benefits_of(member_id) if one.kind == "points_multiple"),
        default=100,
    )
    birthday = BIRTHDAY.get() if is_birthday(member_id, on) else 100
    return hundredths * multiple * birthday // (100 * 100 * 100 * 100)


def points_rate(kind: str) -> int:
    """Return the points that ¥100 of a kind earn before any multiple."""
    return EARNING[kind].get() if kind in EARNING else 0


def is_birthday(member_id: int, on: dt.date) -> bool:
    """Tell whether a member celebrates her birthday on a day."""
    member = api.db.session.get(Member, member_id)
    birthday = birthday_of(member) if member is not None else None
    return birthday is not None and next_birthday(birthday, on - dt.timedelta(days=1)) == on


def expiry_of(on: dt.date) -> str:
    """Return the month with whose end points expire that are earned on a day, or "never"."""
    if YEARLY.get():
        return f"{on.year + 1}-12"
    months = MONTHS.get()
    if not months:
        return NEVER
    ahead = on.month - 1 + months
    return f"{on.year + ahead // 12}-{ahead % 12 + 1:02}"


def last_day(month: str) -> dt.date:
    """Return the last day of a month such as "2027-03"."""
    year, number = int(month[:4]), int(month[5:])
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def worth_fen(points: int) -> int:
    """Return what points pay, in fen."""
    return points * 100 // WORTH.get() if WORTH.get() else 0


def points_to_pay(member_points: int, base_fen: int) -> tuple[int, int]:
    """Return how many points may pay a part of *base_fen*, and what they are worth in fen."""
    if not WORTH.get() or member_points <= 0:
        return 0, 0
    points = min(member_points, base_fen * SHARE.get() * WORTH.get() // 10_000)
    fen = worth_fen(points)
    return -(-fen * WORTH.get() // 100), fen
