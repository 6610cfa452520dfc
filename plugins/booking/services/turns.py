"""Turns: whose turn the next guest is that walks in, worked out from what happened that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Item, TurnAct, TurnPlace, Visit
from plugins.salon.api import Staff, working_staff

RULE = api.Setting(
    "booking.turns",
    _("Turns of technicians for guests who walk in"),
    "count",
    choices=(
        ("count", _("Who has served a guest goes to the end")),
        ("minutes", _("Who has served the fewest minutes comes first")),
        ("off", _("No turns")),
    ),
    per_store=True,
)
ORDER = api.Setting(
    "booking.turn_order",
    _("The day's order begins with"),
    "arrival",
    choices=(
        ("arrival", _("who came to work first")),
        ("set", _("the set order of the store")),
    ),
    per_store=True,
)
SETTINGS = (RULE, ORDER)


@dataclass(frozen=True)
class Step:
    """Something that happened to the order: an act, or a guest who was served in turn."""

    at: dt.datetime
    staff_id: int
    act: str
    by: str = ""
    reason: str = ""
    minutes: int = 0
    visit_id: int | None = None


@dataclass
class Standing:
    """How somebody stands: since when she is here, and what she has served in turn."""

    staff_id: int
    here_at: dt.datetime
    resting: bool = False
    guests: int = 0
    minutes: int = 0
    #: What was counted for her besides, so that who comes late does not serve all the rest.
    credit: int = 0

    @property
    def weight(self) -> int:
        """The minutes by which she is ordered."""
        return self.minutes + self.credit


def order_after(
    steps: Iterable[Step], *, rule: str = "count", places: Mapping[int, int] | None = None
) -> list[Standing]:
    """Return who is here after some steps, whose turn it is first.

    *places* is the set order: until the first guest was served the list keeps to it, who comes
    later goes to the end.
    """
    line: list[Standing] = []
    begun = False
    for step in steps:
        mine = next((one for one in line if one.staff_id == step.staff_id), None)
        if step.act == "here" and mine is None:
            least = min((one.weight for one in line), default=0)
            line.append(Standing(step.staff_id, step.at, credit=least if begun else 0))
            if places is not None and not begun:
                line.sort(key=lambda one: places.get(one.staff_id, len(places)))
        elif mine is None:
            continue
        elif step.act == "gone":
            line.remove(mine)
        elif step.act in ("break", "back"):
            mine.resting = step.act == "break"
        elif step.act in ("skip", "walk_in"):
            begun = True
            _move_to_end(line, mine, step, rule)
        if rule == "minutes":
            line.sort(key=lambda one: one.weight)
    return line


def _move_to_end(line: list[Standing], mine: Standing, step: Step, rule: str) -> None:
    if step.act == "walk_in":
        mine.guests += 1
        mine.minutes += step.minutes
    elif rule == "minutes":
        most = max(one.weight for one in line)
        mine.credit += max(0, most - mine.weight)
    line.remove(mine)
    line.append(mine)


@dataclass
class TurnDay:
    """A store's day of turns: what happened, how everybody stands, and who is not here."""

    rule: str
    steps: list[Step]
    line: list[Standing]
    staff: dict[int, Staff] = field(default_factory=dict)

    @property
    def absent(self) -> list[Staff]:
        """Those of the staff with a skill who are not here."""
        here = {one.staff_id for one in self.line}
        return [each for each in self.staff.values() if each.id not in here and each.skills]


def read_turns(store_id: int, day: dt.date) -> TurnDay:
    """Read a day of turns: acts and guests who were served in turn, in the order of the clock."""
    rule = RULE.get(store_id)
    places = set_order(store_id) if ORDER.get(store_id) == "set" else None
    steps = sorted([*_acts(store_id, day), *_served(store_id, day)], key=lambda step: step.at)
    staff = {each.id: each for each in working_staff(store_id)}
    missing = {step.staff_id for step in steps} - staff.keys()
    for each in api.db.session.scalars(sa.select(Staff).where(Staff.id.in_(missing))):
        staff[each.id] = each
    return TurnDay(rule, steps, order_after(steps, rule=rule, places=places), staff)


def _acts(store_id: int, day: dt.date) -> list[Step]:
    rows = sa.select(TurnAct).where(TurnAct.store_id == store_id, TurnAct.day_on == day)
    return [
        Step(act.done_at, act.staff_id, act.act, act.by, act.reason)
        for act in api.db.session.scalars(rows.order_by(TurnAct.id))
    ]


def _served(store_id: int, day: dt.date) -> list[Step]:
    """Return the walk-ins of a day that are done; who was asked for does not lose her turn."""
    rows = (
        sa.select(Visit.id, Visit.done_at, Item.staff_id, sa.func.sum(Item.minutes))
        .join(Item, Item.visit_id == Visit.id)
        .where(
            Visit.store_id == store_id,
            Visit.day_on == day,
            Visit.source == "walk_in",
            Visit.status == "done",
            Visit.done_at.is_not(None),
            Item.staff_id.is_not(None),
            Item.requested.is_(False),
        )
        .group_by(Visit.id, Visit.done_at, Item.staff_id)
        .order_by(Visit.id, Item.staff_id)
    )
    return [
        Step(done_at, staff_id, "walk_in", minutes=int(minutes), visit_id=visit_id)
        for visit_id, done_at, staff_id, minutes in api.db.session.execute(rows)
        if done_at is not None and staff_id is not None
    ]


@api.unit
def note_turn(store_id: int, day: dt.date, staff_id: int, act: str, *, reason: str = "") -> None:
    """Note that somebody came, rests, is back, was skipped, or went home.

    What is so already is not noted again; a skip needs a reason. Raises `Refused`.
    """
    store = api.db.session.get(api.Store, store_id, with_for_update={"key_share": True})
    if store is None or staff_id not in {each.id for each in working_staff(store_id)}:
        raise api.NotFound(_("There is no such record."))
    line = {one.staff_id: one for one in read_turns(store_id, day).line}
    mine = line.get(staff_id)
    if act == "skip" and not reason.strip():
        raise api.Refused(_("Say why she is skipped."))
    if act != "here" and mine is None:
        raise api.Conflict(_("She is not here."))
    if (act == "here" and mine is not None) or (
        mine is not None and act in ("break", "back") and mine.resting == (act == "break")
    ):
        return
    api.db.session.add(
        TurnAct(
            store_id=store_id,
            day_on=day,
            staff_id=staff_id,
            act=act,
            done_at=api.now(),
            by=api.actor().name,
            reason=reason.strip()[:200],
        )
    )
    api.db.session.flush()


def set_order(store_id: int) -> dict[int, int]:
    """Return the place of each person in a store's set order."""
    rows = sa.select(TurnPlace.staff_id).where(TurnPlace.store_id == store_id)
    ids = api.db.session.scalars(rows.order_by(TurnPlace.place, TurnPlace.staff_id))
    return {staff_id: place for place, staff_id in enumerate(ids)}


@api.unit
def put_order(store_id: int, staff_ids: Sequence[int]) -> None:
    """Set the order in which a store's days begin; who is not named comes last."""
    if len(set(staff_ids)) != len(staff_ids):
        raise api.Refused(_("Name everybody once."))
    gone = sa.delete(TurnPlace).where(TurnPlace.store_id == store_id)
    api.db.session.execute(gone)
    for place, staff_id in enumerate(staff_ids):
        api.db.session.add(TurnPlace(store_id=store_id, staff_id=staff_id, place=place))
    api.db.session.flush()
