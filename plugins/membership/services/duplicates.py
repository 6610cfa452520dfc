"""Finding files that may be one person's: every night in all of them, at any time for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import Alias, Duplicate, Member
from plugins.membership.services.likeness import ENOUGH, File, Likeness, compare

MEMBER: Any = Member.__table__
ALIAS: Any = Alias.__table__
DUPLICATE: Any = Duplicate.__table__
HERE = MEMBER.c.gone_at.is_(None)
#: So many files with the same key are compared with each other; more say nothing about them.
MOST_ALIKE = 6
#: A name that more members bear than these is no reason by itself.
RARE = 3
CHUNK = 500
#: Sorts behind every letter.
LAST = "\U0010ffff"
#: So many files are compared with one that somebody is looking at.
MOST_COMPARED = 400


@dataclass(frozen=True)
class Candidate:
    """A file that may be the same person's as the one at hand."""

    member: Member
    likeness: Likeness
    #: Staff looked at the two before and found them to be two people.
    dismissed: bool


@api.job(_("Look for duplicate files"))
def look_for_duplicates(run: api.JobRun) -> dict[str, Any]:
    """Compare all files that share a key with few others, and keep the pairs that are alike."""
    return {"pairs": find_all_duplicates(run)}


@api.unit
def start_looking() -> None:
    """Have the worker look for duplicates; its nightly act."""
    api.start_job(look_for_duplicates)


def find_all_duplicates(run: api.JobRun | None = None) -> int:
    """Fill the table of pairs anew and return how many there are to be looked at."""
    if api.db.session.get_bind().dialect.name == "postgresql":
        api.db.session.execute(sa.text("SET LOCAL statement_timeout = 0"))
    pairs: dict[tuple[int, int], Likeness] = {}
    groups = list(_groups())
    for start in range(0, len(groups), CHUNK):
        some = groups[start : start + CHUNK]
        files = {file.id: file for file in read_files({n for group in some for n in group})}
        for low, high in (pair for group in some for pair in combinations(sorted(group), 2)):
            if (low, high) not in pairs and low in files and high in files:
                pairs[low, high] = compare(files[low], files[high])
        if run is not None:
            run.progress(start, len(groups))
    found = [_row(*pair, like) for pair, like in pairs.items() if like.score >= ENOUGH]
    _keep(found)
    return len(found)


def duplicates_of(member: Member) -> list[Candidate]:
    """Return the files that may be the same person's as this one, the likest first."""
    ids = {number for rows in _alike(member) for number in rows} - {member.id}
    files = {file.id: file for file in read_files([member.id, *sorted(ids)[:MOST_COMPARED]])}
    own = files.pop(member.id)
    alike = [(number, compare(own, file)) for number, file in files.items()]
    kept = sorted(
        ((number, likeness) for number, likeness in alike if likeness.score >= ENOUGH),
        key=lambda pair: -pair[1].score,
    )[:20]
    dismissed = _dismissed_with(member.id)
    members = {m.id: m for m in api.db.session.scalars(_members([n for n, _l in kept]))}
    return [Candidate(members[number], likeness, number in dismissed) for number, likeness in kept]


@api.unit
def dismiss_pair(one_id: int, other_id: int) -> None:
    """Remember that two files are two people's; nothing when it is known."""
    low, high = sorted((one_id, other_id))
    pair = api.db.session.scalars(
        sa.select(Duplicate)
        .where(Duplicate.low_id == low, Duplicate.high_id == high)
        .with_for_update(of=Duplicate)
    ).first()
    if pair is None:
        pair = Duplicate(low_id=low, high_id=high, score=0, reasons={}, found_at=api.now())
        api.db.session.add(pair)
    if pair.dismissed_at is None:
        pair.dismissed_at, pair.dismissed_by = api.now(), api.actor().name
        _record(low, high, "membership.not_the_same", _("Found two files to be two people's"))


@api.unit
def recall_pair(one_id: int, other_id: int) -> None:
    """Take back that two files are two people's."""
    low, high = sorted((one_id, other_id))
    pair = api.db.session.scalars(
        sa.select(Duplicate).where(Duplicate.low_id == low, Duplicate.high_id == high)
    ).first()
    if pair is not None and pair.dismissed_at is not None:
        pair.dismissed_at, pair.dismissed_by = None, ""
        _record(low, high, "membership.maybe_the_same", _("Put a pair back among duplicates"))


def _record(low: int, high: int, act: str, title: Any) -> None:
    member, other = (api.db.session.get_one(Member, number) for number in (low, high))
    store = member.home_store_id
    api.record_audit(act, member, after={"number": other.number}, store_id=store, title=title)


def read_files(ids: Iterable[int]) -> Iterator[File]:
    """Yield what is compared of some members who are here."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        rows = api.db.session.execute(sa.select(MEMBER).where(MEMBER.c.id.in_(some), HERE)).all()
        aliases: dict[int, set[str]] = {}
        known = sa.select(ALIAS).where(ALIAS.c.member_id.in_(some))
        for alias in api.db.session.execute(known):
            aliases.setdefault(alias.member_id, set()).add(alias.number)
        namesakes = _count_namesakes({row.name for row in rows})
        for row in rows:
            yield _file(row, aliases.get(row.id, set()), namesakes.get(row.name, 1))


def _file(row: Any, aliases: set[str], namesakes: int) -> File:
    born = None
    if row.birth_month is not None:
        born = (row.birth_year, row.birth_month, row.birth_day, row.birth_lunar)
    return File(
        row.id,
        row.name,
        row.pinyin,
        row.phone,
        row.gender,
        born,
        row.home_store_id,
        frozenset(aliases),
        namesakes,
    )


def _count_namesakes(names: set[str]) -> dict[str, int]:
    count = sa.func.count()
    rows = api.db.session.execute(
        sa.select(MEMBER.c.name, count).where(MEMBER.c.name.in_(names)).group_by(MEMBER.c.name)
    )
    return {row[0]: row[1] for row in rows}


def _groups() -> Iterator[list[int]]:
    """Yield the numbers of files that share a key; a key of too many files says nothing."""
    m = MEMBER.c
    born = sa.and_(HERE, m.birth_month.is_not(None))
    yield from _group([m.name, m.birth_month, m.birth_day], born)
    yield from _group([m.pinyin, m.birth_month, m.birth_day], sa.and_(born, m.pinyin != ""))
    yield from _group([m.name], HERE, most=RARE)
    yield from _group([m.pinyin, m.phone_tail], sa.and_(HERE, m.phone_tail.is_not(None)))
    shared = (
        sa.select(ALIAS.c.number)
        .group_by(ALIAS.c.number)
        .having(sa.func.count().between(2, MOST_ALIKE))
        .subquery()
    )
    rows = sa.select(ALIAS.c.number, ALIAS.c.member_id).join(
        shared, shared.c.number == ALIAS.c.number
    )
    yield from _collected(rows.order_by(ALIAS.c.number))


def _group(keys: list[Any], where: Any, most: int = MOST_ALIKE) -> Iterator[list[int]]:
    """Yield groups of files by *keys*: one pass over the table, then the few that are alike."""
    few = (
        sa.select(*keys)
        .where(where)
        .group_by(*keys)
        .having(sa.func.count().between(2, most))
        .subquery()
    )
    same = sa.and_(*(key == few.c[key.name] for key in keys))
    rows = sa.select(*keys, MEMBER.c.id).join(few, same).where(where)
    yield from _collected(rows.order_by(*keys))


def _collected(rows: Any) -> Iterator[list[int]]:
    last: Any = None
    group: list[int] = []
    for *key, number in api.db.session.execute(rows):
        if key != last and group:
            yield group
            group = []
        last = key
        group.append(number)
    if group:
        yield group


def _alike(member: Member) -> Iterator[Sequence[int]]:
    """Yield the files that share a key with one; an index answers each."""
    ways = [Member.name == member.name, Member.pinyin == member.pinyin]
    if member.phone_tail:
        ways.append(Member.phone_tail == member.phone_tail)
    longer = sa.and_(Member.name > member.name, Member.name < member.name + LAST)
    if len(member.name) > 2:
        ways += [longer, Member.name.in_([member.name[:-1], member.name[1:]])]
    for way in ways:
        rows = sa.select(Member.id).where(way, Member.gone_at.is_(None)).limit(MOST_COMPARED)
        yield api.db.session.scalars(rows).all()
    own = sa.select(Alias.number).where(Alias.member_id == member.id)
    yield api.db.session.scalars(sa.select(Alias.member_id).where(Alias.number.in_(own))).all()


def _members(ids: Sequence[int]) -> sa.Select[Any]:
    return sa.select(Member).where(Member.id.in_(ids))


def _dismissed_with(member_id: int) -> set[int]:
    d = DUPLICATE.c
    either = sa.or_(d.low_id == member_id, d.high_id == member_id)
    rows = api.db.session.execute(
        sa.select(d.low_id, d.high_id).where(either, d.dismissed_at.is_not(None))
    )
    return {low if high == member_id else high for low, high in rows}


def _row(low: int, high: int, likeness: Likeness) -> dict[str, Any]:
    reasons = {"keys": list(likeness.reasons)}
    return {"low_id": low, "high_id": high, "score": likeness.score, "reasons": reasons}


@api.unit
def _keep(found: Sequence[dict[str, Any]]) -> None:
    """Let the table hold these pairs, and those that were dismissed."""
    d = DUPLICATE.c
    known = {
        (row.low_id, row.high_id)
        for row in api.db.session.execute(
            sa.select(d.low_id, d.high_id).where(d.dismissed_at.is_not(None))
        )
    }
    api.db.session.execute(sa.delete(DUPLICATE).where(d.dismissed_at.is_(None)))
    fixed = {"found_at": api.now(), "dismissed_at": None, "dismissed_by": ""}
    fresh = [{**row, **fixed} for row in found if (row["low_id"], row["high_id"]) not in known]
    for start in range(0, len(fresh), CHUNK):
        api.db.session.execute(sa.insert(DUPLICATE), fresh[start : start + CHUNK])
