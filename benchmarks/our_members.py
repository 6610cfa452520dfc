"""Filling the console with members who have all that a real one has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.bulk import Bulk, bulk, chunks, without_indexes
from benchmarks.people import Person, few_of, people, words
from console import clock, work
from console.app import create_app
from console.config import Config
from console.db import db
from console.jobs import StoredJob
from console.migrate import migrate_database
from console.pinyin import spell
from console.search.declared import kind_of
from console.search.words import join_words, words_of
from console.security import passwords, users
from console.stores import Store
from console.unit import unit
from plugins.membership.api import Level, Member
from plugins.membership.services.tagging import find_or_add_tags
from plugins.membership.services.visitors import digest

PASSWORD = "paper boats on the river"
OWNER, FRONT_DESK = "bench-owner", "bench-desk"
#: Who signs in: the preset role, and whether it is held in one store only.
STAFF = {OWNER: ("owner", False), FRONT_DESK: ("front_desk", True)}
#: The columns that the peers show as well; without them ours would have a few more.
COLUMNS = (
    *("number", "name", "phone", "level", "home_store_id"),
    *("balance", "points", "joined_on"),
)
BATCH = 50_000
#: So many of the members have bound their phones.
PHONES = 1_000
TABLES = (
    "membership_member",
    "membership_store",
    "membership_history",
    "membership_member_tag",
    "ledger_standing",
)


def token_of(member_id: int) -> str:
    """Return what the phone of one of the first members holds."""
    return f"bench-token-{member_id}"


def make_and_fill(url: str, instance: Path, count: int, of: int | None = None) -> None:
    """Make the tables of an empty database and fill them, as an installation of its own.

    *of* takes them from among so many (`people.few_of`).
    """
    instance.mkdir(parents=True, exist_ok=True)
    config = Config(instance=instance, database_url=url, secret_key="only for filling")
    report = migrate_database(config)
    if report.failed:
        raise RuntimeError(str(report.failed))
    app = create_app(config)
    with app.app_context():
        fill(url, count, of)
        work.start_schedules()
        _tick_off()
        db.session.remove()
        db.engine.dispose()


@unit
def _tick_off() -> None:
    """Call the work of this night done: what is measured is the day, which it does not disturb."""
    db.session.execute(sa.update(StoredJob).values(state="done", ended_at=clock.now()))


def fill(url: str, count: int, of: int | None = None) -> None:
    """Add stores, staff and *count* members; the application's context is entered."""
    members = people(count) if of is None else few_of(count, of)
    _add_surroundings()
    db.session.rollback()
    numbers: Counter[int] = Counter()
    with bulk(url) as target, without_indexes(target, *TABLES):
        for some in chunks(members, BATCH):
            _write(target, some)
            numbers.update(person.joined_at.year for person in some)
        target.write("membership_series", ("year", "last"), [(y, count) for y in numbers])
        _write_phones(target, min(count, PHONES))
        for table in ("membership_member", "membership_history", "membership_level"):
            target.number_on(table)


def _write_phones(target: Bulk, members: int) -> None:
    now = clock.now()
    target.write(
        "membership_visitor",
        ("token_hash", "member_id", "ip", "user_agent", "created_at", "seen_at"),
        ((digest(token_of(n)), n, "", "", now, now) for n in range(1, members + 1)),
    )


@unit
def _add_surroundings() -> None:
    for name in words()["stores"]:
        db.session.add(Store(name=name, time_zone="Asia/Shanghai", cut_off_minutes=0, closed=False))
    db.session.flush()
    first = db.session.scalar(sa.select(sa.func.min(Store.id)))
    hashed = passwords.hash_secret(PASSWORD)
    for login, (role, in_one) in STAFF.items():
        place = users.RoleInStore(users.preset_role(role).id, first if in_one else None)
        person = users.add_user(login, login, password_hash=hashed, roles=[place])
        person.preferences = {"columns:membership_members": list(COLUMNS)}
    find_or_add_tags(words()["tags"])
    db.session.execute(sa.delete(Level))
    for step, name in enumerate(words()["levels"], 1):
        db.session.add(Level(id=step, name=name, place=step, threshold_fen=(step - 1) * 500_000))


def _write(target: Bulk, some: Sequence[Person]) -> None:
    names = [column.name for column in Member.__table__.columns]
    target.write(
        "membership_member", names, ([row.get(n) for n in names] for row in map(_file, some))
    )
    target.write(
        "membership_store",
        ("member_id", "store_id", "since_on"),
        ((each.id, each.store, each.joined_at.date()) for each in some),
    )
    target.write(
        "membership_history",
        ("id", "member_id", "at", "kind", "facts", "user_name"),
        ((each.id, each.id, each.joined_at, "joined", _facts(each), OWNER) for each in some),
    )
    target.write(
        "membership_member_tag",
        ("member_id", "tag_id", "added_at"),
        ((each.id, each.tag, each.joined_at) for each in some if each.tag),
    )
    _write_words(target, some)
    target.write("ledger_standing", ("owner", "owner_id", "kind", "unit", "amount"), _held(some))


def _write_words(target: Bulk, some: Sequence[Person]) -> None:
    kind = kind_of(Member)
    found = {each.id: _words_of(each.name) for each in some}
    target.write(
        "console_search_record",
        ("kind", "record_id", "words"),
        ((kind, number, join_words(leading)) for number, leading in found.items()),
    )
    target.write(
        "console_search_word",
        ("kind", "word", "record_id"),
        ((kind, word, number) for number, leading in found.items() for word in leading),
    )


@lru_cache(maxsize=200_000)
def _words_of(name: str) -> list[str]:
    return words_of([name])


def _facts(person: Person) -> dict[str, Any]:
    return {"store": words()["stores"][person.store - 1], "source": "import"}


def _held(some: Sequence[Person]) -> Iterator[tuple[str, int, str, str, int]]:
    for each in some:
        if each.balance_fen:
            yield "member", each.id, "principal", "CNY", each.balance_fen
            yield "member", each.id, "balance", "", each.balance_fen
            yield "member", each.id, "points", "POINTS", each.points
            yield "member", each.id, "all_points", "", each.points


@cache
def _defaults() -> dict[str, Any]:
    """Return what the columns of a member hold that nobody filled in."""
    found = {}
    for column in Member.__table__.columns:
        if isinstance(column.default, sa.ColumnDefault) and column.default.is_scalar:
            found[column.name] = column.default.arg
    return found


def _file(person: Person) -> dict[str, Any]:
    pinyin, initials = spell(person.name)
    now, day = clock.now(), person.joined_at.date()
    return {
        **_defaults(),
        "id": person.id,
        "number": person.number,
        "name": person.name,
        "pinyin": pinyin,
        "initials": initials,
        "phone": person.phone,
        "phone_tail": person.phone[-4:],
        "home_store_id": person.store,
        "level_id": person.level,
        "level_since_on": day,
        "level_cause": "growth",
        "source": "import",
        "source_store_id": person.store,
        "latest_source": "import",
        "latest_store_id": person.store,
        "latest_at": person.joined_at,
        "joined_on": day,
        "created_at": now,
        "version": 1,
    }
