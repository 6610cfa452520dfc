"""What two files of one person say, where they differ, and what one file will say of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from console import api
from console.api import _
from plugins.membership.models import Level, Member
from plugins.membership.services.birthdays import show_birthday
from plugins.membership.services.filing import birthday_of
from plugins.membership.services.growth import growth_of
from plugins.membership.services.ladder import all_levels, rank_of
from plugins.membership.services.moving import read_plain, write_plain
from plugins.membership.services.rebinding import is_bound, show_binding

Side = Literal["kept", "gone"]
MEMBER: Any = Member.__table__
BIRTHDAY = ("birth_year", "birth_month", "birth_day", "birth_lunar", "birth_leap")
LEVEL = ("level_id", "level_since_on", "level_until_on", "level_cause", "level_reason")
#: What a person chooses, by name: the label, and the columns that go together.
CHOICES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "name": (_("Name"), ("name", "pinyin", "initials")),
    "phone": (_("Phone"), ("phone", "phone_tail")),
    "gender": (_("Gender"), ("gender",)),
    "birthday": (_("Birthday"), (*BIRTHDAY, "next_birthday_on")),
    "home_store": (_("Home store"), ("home_store_id",)),
    "consultant": (_("Consultant"), ("consultant_id",)),
    "level": (_("Level"), LEVEL),
}
#: Which phone stays bound, when both are.
BINDING = "binding"
#: Columns that no merge touches.
FIXED = ("id", "number", "version", "created_at", "created_by")
FIRST = ("source", "source_store_id", "source_staff_id", "source_channel")
LATEST = ("latest_source", "latest_store_id", "latest_staff_id", "latest_channel", "latest_at")
FROZEN = ("status", "frozen_at", "frozen_reason")


@dataclass(frozen=True)
class Choice:
    """A fact on which two files differ: what each says, and which is taken unless told."""

    name: str
    label: Any
    kept: str
    gone: str
    proposed: Side
    #: "phone" when the values must be masked.
    sensitive: str = ""


def choices_of(kept: Member, gone: Member) -> list[Choice]:
    """Return the facts on which the files differ and somebody must choose."""
    found = []
    for name, (label, _columns) in CHOICES.items():
        mine, hers = (_say(member, name) for member in (kept, gone))
        if mine and hers and mine != hers:
            side = _propose(name, kept, gone)
            found.append(Choice(name, label, mine, hers, side, "phone" if name == "phone" else ""))
    if is_bound(kept.id) and is_bound(gone.id):
        found.append(
            Choice(
                BINDING,
                _("Phone or WeChat"),
                show_binding(kept.id),
                show_binding(gone.id),
                "kept",
            )
        )
    return found


def joined_facts(kept: Member, gone: Member, choices: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns of the kept file after the merge, as far as they change."""
    facts: dict[str, Any] = {}
    for name, (_label, columns) in CHOICES.items():
        mine, hers = (_say(member, name) for member in (kept, gone))
        chosen = choices.get(name) or _propose(name, kept, gone)
        if hers and (not mine or chosen == "gone"):
            facts |= {column: getattr(gone, column) for column in columns}
    for name, between in (("allergies", ", "), ("notes", "\n")):
        facts[name] = _joined(getattr(kept, name), getattr(gone, name), between)
    older, newer = _in_order(kept, gone)
    today = api.today(kept.home_store.time_zone)
    if any(growth_of(gone.id, today).values()):
        facts["level_recheck_on"] = today
    facts["joined_on"] = min(kept.joined_on, gone.joined_on)
    facts |= {column: getattr(older, column) for column in FIRST}
    facts |= {column: getattr(newer, column) for column in LATEST}
    if gone.status == "frozen" and kept.status != "frozen":
        facts |= {column: getattr(gone, column) for column in FROZEN}
    return {column: value for column, value in facts.items() if getattr(kept, column) != value}


def columns_of(member: Member) -> dict[str, Any]:
    """Return all that a file says, as plain values, so that undoing can say it again."""
    names = (column.name for column in MEMBER.columns if column.name not in FIXED)
    return {name: write_plain(getattr(member, name)) for name in names}


def put_columns(member: Member, values: Mapping[str, Any]) -> None:
    """Let a file say what `columns_of` returned."""
    for name, value in values.items():
        if name in MEMBER.c:
            setattr(member, name, read_plain(MEMBER.c[name], value))


def _propose(name: str, kept: Member, gone: Member) -> Side:
    """Propose the higher level, and else what the kept file says."""
    if name != "level":
        return "kept"
    levels = all_levels()
    return "gone" if rank_of(levels, gone.level_id) > rank_of(levels, kept.level_id) else "kept"


def _say(member: Member, name: str) -> str:
    if name == "birthday":
        birthday = birthday_of(member)
        return show_birthday(birthday) if birthday else ""
    if name == "home_store":
        return member.home_store.name
    if name == "consultant":
        return member.consultant.name if member.consultant else ""
    if name == "level":
        level = api.db.session.get(Level, member.level_id) if member.level_id else None
        return level.shown_name if level else ""
    if name == "gender":
        return {"f": api.gettext("Female"), "m": api.gettext("Male")}.get(member.gender or "", "")
    return getattr(member, name) or ""


def _joined(mine: str, hers: str, between: str) -> str:
    parts = [part.strip() for part in (mine, hers) if part.strip()]
    return between.join(dict.fromkeys(parts))


def _in_order(kept: Member, gone: Member) -> tuple[Member, Member]:
    """Return the file of the first contact, and the one of the latest."""
    older = min(kept, gone, key=lambda member: (member.joined_on, member.id))
    newer = max(kept, gone, key=lambda member: (member.latest_at, member.id))
    return older, newer
