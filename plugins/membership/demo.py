"""The members of the demo: three hundred, fifteen of them with a story."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import Opening, open_balances
from plugins.membership import (
    demo_levels,
    demo_messages,
    demo_phone,
    demo_privacy,
    demo_value,
    demo_views,
)
from plugins.membership.models import Tag
from plugins.membership.permissions import ADD_MEMBERS, IMPORT_MEMBERS, SEE_MEMBERS
from plugins.membership.services.birthdays import Birthday
from plugins.membership.services.filing import receive_member
from plugins.membership.services.joining import NewMember, Touch, add_members
from plugins.salon.api import Staff, StaffStore

FILE = Path(__file__).parent / "demo_data" / "members.toml"
MEMBERS, FIRST_PHONE, YUAN = 300, 13800138000, 100
#: A birthday falls on each of the next days, today's included.
BIRTHDAYS_AHEAD = 14
#: So many members bring their opening balances at the same moment.
TOGETHER = 30
#: What members have topped up, in yuan: principal and bonus.
TOP_UPS = ((500, 50), (500, 50), (1000, 150), (1000, 150), (3000, 600), (5000, 1200))


@dataclass(frozen=True)
class Told:
    """A member to be, and what she brings along."""

    member: NewMember
    story: dict[str, Any]
    principal_fen: int = 0
    bonus_fen: int = 0
    points: int = 0
    sessions: tuple[tuple[str, int], ...] = ()


class Cast:
    """Makes up the members, the same ones on each machine on the same day."""

    def __init__(self, told: dict[str, Any], tags: dict[str, int]) -> None:
        self.told, self.tags = told, tags
        self.random = random.Random(20260401)  # noqa: S311 - nothing secret is drawn
        self.stores = {store.name: store for store in api.db.session.scalars(sa.select(api.Store))}
        self.today = api.today("Asia/Shanghai")
        self.staff = self._read_staff()

    def _read_staff(self) -> dict[str, list[Staff]]:
        found: dict[str, list[Staff]] = {name: [] for name in self.stores}
        for name, store in self.stores.items():
            works = sa.select(StaffStore.staff_id).where(StaffStore.store_id == store.id)
            shown = sa.select(Staff).where(Staff.id.in_(works), Staff.shown).order_by(Staff.id)
            found[name] += api.db.session.scalars(shown)
        return found

    def all(self) -> list[Told]:
        """Return everybody, in the order in which they joined."""
        cast = [self._from_story(story) for story in self.told["cast"]]
        others = self._others(MEMBERS - len(cast))
        return sorted([*cast, *others], key=lambda told: told.member.joined_on or self.today)

    def _from_story(self, story: dict[str, Any]) -> Told:
        store = self.stores[story["store"]]
        consultant = next(
            (p for p in self.staff[store.name] if p.name == story.get("consultant")), None
        )
        birthday = None
        if "birthday" in story:
            year, month, day = story["birthday"]
            birthday = Birthday(month, day, year)
        elif "lunar" in story:
            month, day = story["lunar"]
            birthday = Birthday(month, day, lunar=True)
        tags = (self.told["demo_tag"], *story.get("tags", ()))
        member = NewMember(
            name=story["name"],
            store_id=store.id,
            phone=str(FIRST_PHONE + story["phone"]) if "phone" in story else None,
            touch=Touch(story["source"], store.id),
            gender="f",
            birthday=birthday,
            consultant_id=consultant.id if consultant else None,
            allergies=story.get("allergies", ""),
            notes=story["note"],
            joined_on=self.today - dt.timedelta(days=story["days"]),
            tag_ids=[self.tags[name] for name in tags],
        )
        principal, bonus = story.get("opening", (0, 0))
        return Told(
            member,
            story,
            principal * YUAN,
            bonus * YUAN,
            story.get("points", 0),
            tuple(story.get("sessions", {}).items()),
        )

    def _others(self, count: int) -> Iterator[Told]:
        draw = self.random
        sources = [s for s, times in self.told["sources"].items() for _ in range(times)]
        used = sum("phone" in story for story in self.told["cast"])
        for number in range(count):
            store = self.stores[
                draw.choices(list(self.told["weights"]), list(self.told["weights"].values()))[0]
            ]
            source = sources[number % len(sources)] if number < len(sources) else "manual"
            phone = str(FIRST_PHONE + used + number) if number % 47 != 46 else None
            male = draw.random() < 0.08
            member = NewMember(
                name=self._name(male=male),
                store_id=store.id,
                phone=phone,
                touch=self._touch(source, store),
                gender="m" if male else "f",
                birthday=self._birthday(number),
                consultant_id=draw.choice(self.staff[store.name]).id if number % 5 else None,
                allergies=draw.choice(self.told["names"]["allergies"]) if number % 23 == 5 else "",
                notes=draw.choice(self.told["names"]["notes"]) if number % 4 == 1 else "",
                joined_on=self.today - dt.timedelta(days=self._days_ago(number)),
                tag_ids=self._tags(),
            )
            yield self._with_balances(Told(member, {}), store.name)

    def _name(self, *, male: bool) -> str:
        given: str = self.random.choice(self.told["names"]["male" if male else "female"])
        family: str = self.random.choice(self.told["names"]["family"])
        return family + given

    def _touch(self, source: str, store: api.Store) -> Touch:
        channels: Sequence[str] = self.told["channels"].get(source, ("",))
        return Touch(source, store.id, channel=self.random.choice(channels))

    def _days_ago(self, number: int) -> int:
        return 0 if number < 3 else int(395 * self.random.random() ** 1.4)

    def _tags(self) -> list[int]:
        names = [name for name in self.tags if name != self.told["demo_tag"]]
        chosen = self.random.sample(names, self.random.choice((0, 0, 1, 1, 2)))
        return [self.tags[name] for name in chosen]

    def _birthday(self, number: int) -> Birthday | None:
        draw, year = self.random, self.today.year - self.random.randint(19, 68)
        if number < BIRTHDAYS_AHEAD:
            day = self.today + dt.timedelta(days=number)
            if number % 5 == 3:
                lunar = api.lunar.from_solar(day)
                return Birthday(lunar.month, lunar.day, lunar=True, leap=lunar.leap)
            return Birthday(day.month, day.day, None if (day.month, day.day) == (2, 29) else year)
        if number % 9 == 8:
            return None
        month, day_of_month = draw.randint(1, 12), draw.randint(1, 28)
        known = None if number % 11 == 3 else year
        return Birthday(month, day_of_month, known, lunar=number % 13 == 6)

    def _left_of_a_top_up(self) -> tuple[int, int]:
        """Return principal and bonus in fen after some visits that were paid from both alike."""
        if self.random.random() < 0.4:
            return 0, 0
        paid, gift = self.random.choice(TOP_UPS)
        used = self.random.randrange(0, paid + gift, 10)
        left = (paid + gift - used) * YUAN
        principal = left * paid // (paid + gift)
        return principal, left - principal

    def _with_balances(self, told: Told, store: str) -> Told:
        draw = self.random
        principal, bonus = self._left_of_a_top_up()
        cards: list[str] = self.told["sessions"][store]
        has_card = draw.random() < 0.3
        return replace(
            told,
            principal_fen=principal,
            bonus_fen=bonus,
            points=draw.choice((0, 38, 128, 268, 468, 888, 1280, 2180)),
            sessions=((draw.choice(cards), draw.randint(1, 9)),) if has_card else (),
        )


def load() -> None:
    """Build the members with their balances, in one unit."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    offers = _load(told)
    demo_value.set_pins(offers)
    demo_privacy.load_consents()
    demo_privacy.load_duplicates()
    demo_views.load_views()
    demo_phone.load_phones(str(FIRST_PHONE + MEMBERS - 1))
    demo_messages.load_messages(told["cast"], demo_levels.load_story()["used"])


@api.unit
def _load(told: dict[str, Any]) -> dict[str, Any]:
    tags, levels = _load_tags(told["tags"]), demo_levels.load_story()
    demo_levels.load_levels(levels)
    everybody = Cast(told, tags).all()
    ids = add_members([one.member for one in everybody])
    members = list(zip(ids, everybody, strict=True))
    for start in range(0, len(members), TOGETHER):
        _open(members[start : start + TOGETHER], levels)
    _let_some_visit(ids, everybody)
    today = api.today("Asia/Shanghai")
    offers = demo_value.load_offers()
    stories = [
        (member_id, one.story, one.member.store_id, one.member.joined_on or today)
        for member_id, one in members
    ]
    demo_levels.play_levels(
        levels,
        [
            (member_id, one.member.name if one.story else "", one.member.joined_on or today)
            for member_id, one in members
        ],
        lambda: demo_value.play_value(offers, stories),
    )
    return offers


def _open(members: Sequence[tuple[int, Told]], levels: dict[str, Any]) -> None:
    """Post what members brought along, on the day on which the last of them joined."""
    today = api.today("Asia/Shanghai")
    joined_on = members[-1][1].member.joined_on or today
    openings = []
    for member_id, one in members:
        sessions = Counter(dict(one.sessions))
        if one.story:
            sessions.update(demo_levels.sessions_used(levels, one.member.name))
        openings.append(
            Opening(
                member_id=member_id,
                principal_fen=one.principal_fen,
                bonus_fen=one.bonus_fen,
                points=one.points,
                sessions=dict(sessions),
                owing_fen=one.story.get("owing", 0) * YUAN,
            )
        )
    with api.at_moment(demo_levels.days_ago((today - joined_on).days)):
        open_balances(f"demo:{members[0][0]}", openings)


def _load_tags(told: Sequence[Sequence[str]]) -> dict[str, int]:
    for name, traditional, english, colour in told:
        names = {"zh_Hant_TW": traditional, "en": english}
        api.db.session.add(Tag(name=name, names=names, colour=colour))
    api.db.session.flush()
    return {tag.name: tag.id for tag in api.db.session.scalars(sa.select(Tag).order_by(Tag.id))}


def _let_some_visit(ids: Sequence[int], everybody: Sequence[Told]) -> None:
    """Make every twelfth member known in a second store."""
    stores = list(api.db.session.scalars(sa.select(api.Store.id).order_by(api.Store.id)))
    for number, (member_id, told) in enumerate(zip(ids, everybody, strict=True)):
        if number % 12 == 0:
            others = [store_id for store_id in stores if store_id != told.member.store_id]
            receive_member(member_id, others[number // 12 % len(others)])


TOUR = (
    api.TourStop(
        "members",
        _("Look through three hundred members"),
        "/console/membership/members/",
        SEE_MEMBERS,
    ),
    api.TourStop(
        "find",
        _("Find a member by her initials: csy"),
        "/console/membership/members/?q=csy",
        SEE_MEMBERS,
        0.5,
    ),
    api.TourStop("add", _("Add a member"), "/console/membership/members/new/", ADD_MEMBERS),
    api.TourStop(
        "import",
        _("Take in the spreadsheet of an old system"),
        "/console/membership/import/",
        IMPORT_MEMBERS,
        4.8,
    ),
)
PART = api.DemoPart(
    load,
    tour=(*TOUR, *demo_privacy.TOUR, *demo_phone.TOUR),
    panes=demo_phone.PANES,
    entrances=demo_phone.ENTRANCES,
)
