"""Proposals: never against the rules, and either everybody needed is there or it is said."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as some

from console import api
from plugins.booking.models import Item, Shift, Visit
from plugins.booking.services.rosters import A_DAY
from plugins.booking.services.rosters_cells import change_cells
from plugins.booking.services.rosters_leave import ask_leave, decide_leave
from plugins.booking.services.rosters_proposal import REST, propose
from plugins.booking.services.rosters_proposing import propose_week
from plugins.booking.services.rosters_week import (
    SLOT,
    Kind,
    Need,
    Person,
    Proposal,
    Rules,
    Week,
    needs_of,
    slots_of,
)
from tests.support.booking import MONDAY, Salon, add_template, at

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]
DAYS = [MONDAY + n * A_DAY for n in range(7)]
OPEN = (600, 1320)
KINDS = [
    Kind(1, (600, 1140), ((750, 780),)),
    Kind(2, (660, 1260)),
    Kind(3, (780, 1320), ((1050, 1080),)),
    Kind(4, (600, 840)),
]
RULES = Rules(min_cover=1, max_minutes=48 * 60, rest_days=1, target_use=70, fill=False)
SPANS = some.sampled_from([(600, 1320), (600, 780), (0, 1440), (1200, 1500)])


@some.composite
def people(draw: some.DrawFn) -> list[Person]:
    """Draw up to six people with leave, other stores, wishes and shifts that are set."""
    some_days = some.sets(some.sampled_from(DAYS), max_size=3)
    return [
        Person(
            number,
            frozenset(draw(some.sets(some.sampled_from([1, 2]), min_size=1))),
            {day: [draw(SPANS)] for day in draw(some_days)},
            {day: [draw(SPANS)] for day in draw(some.sets(some.sampled_from(DAYS), max_size=1))},
            frozenset(draw(some_days)),
            {day: draw(some.sampled_from([None, *KINDS])) for day in draw(some_days)},
        )
        for number in range(1, draw(some.integers(1, 6)) + 1)
    ]


@some.composite
def weeks(draw: some.DrawFn) -> Week:
    """Draw opening hours and what visits took in the average week."""
    hours = some.sampled_from([(), (OPEN,), ((600, 1080),), ((600, 840), (960, 1320))])
    keys = some.tuples(
        some.sampled_from(DAYS), some.integers(20, 43), some.sampled_from([None, 1, 2])
    )
    minutes = some.dictionaries(keys, some.integers(0, 120).map(float), max_size=25)
    return Week(DAYS, {day: draw(hours) for day in DAYS}, draw(minutes))


RULE_SETS = some.builds(
    Rules,
    min_cover=some.integers(0, 3),
    max_minutes=some.sampled_from([20 * 60, 40 * 60, 48 * 60]),
    rest_days=some.integers(0, 3),
    target_use=some.sampled_from([50, 70, 100]),
    fill=some.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(weeks(), people(), RULE_SETS)
def test_no_proposal_breaks_a_rule_and_what_is_short_is_named(
    week: Week, staff: list[Person], rules: Rules
) -> None:
    proposal = propose(week, staff, KINDS, rules)
    for person in staff:
        assert_keeps_the_rules(proposal, person, rules, week)
    named = {
        (gap.day, slot, gap.skill): gap.there
        for gap in proposal.gaps
        for slot in range(gap.span[0] // SLOT, gap.span[1] // SLOT)
    }
    for key, need in needs_of(week, rules).items():
        there = cover_of(proposal, staff, *key)
        assert named.get(key) == (there if there < need else None)
    assert propose(week, staff[::-1], KINDS, rules) == proposal


def assert_keeps_the_rules(proposal: Proposal, person: Person, rules: Rules, week: Week) -> None:
    given_ = {
        day: kind
        for (number, day), (kind, _why) in proposal.cells.items()
        if number == person.number and kind
    }
    fixed = {day: kind for day, kind in person.fixed.items() if kind}
    spans = {day: [kind.span] for day, kind in {**given_, **fixed}.items()}
    assert not given_.keys() & (person.fixed.keys() | person.elsewhere.keys())
    before = sum(kind.minutes for kind in fixed.values())
    before += sum(last - first for each in person.elsewhere.values() for first, last in each)
    if given_:
        assert before + sum(kind.minutes for kind in given_.values()) <= rules.max_minutes
        worked = given_.keys() | fixed.keys() | person.elsewhere.keys()
        assert len(worked) <= 7 - rules.rest_days
    for day, kind in given_.items():
        assert week.openings[day]
        for first, last in person.away.get(day, ()):
            assert last <= kind.span[0] or kind.span[1] <= first
        for _first, last in spans.get(day - A_DAY, []):
            assert kind.span[0] + 1440 - last >= REST


def cover_of(
    proposal: Proposal, staff: list[Person], day: dt.date, slot: int, skill: int | None
) -> int:
    kinds = {
        person.number: proposal.cells.get((person.number, day), (person.fixed.get(day), None))[0]
        for person in staff
        if skill is None or skill in person.skills
    }
    return sum(slot in slots_of(k.span, k.breaks) for k in kinds.values() if k)


def test_the_same_question_gets_the_same_answer_whatever_the_order() -> None:
    week = Week(DAYS, dict.fromkeys(DAYS, (OPEN,)), {(DAYS[5], 30, 1): 90.0})
    staff = [Person(number, frozenset({1})) for number in range(1, 6)]
    assert propose(week, staff, KINDS, RULES) == propose(week, staff[::-1], KINDS, RULES)


def test_enough_people_leave_no_gap_and_busy_hours_get_more() -> None:
    minutes: dict[Need, float] = {(DAYS[5], slot, 1): 60.0 for slot in range(28, 36)}
    week = Week(DAYS, dict.fromkeys(DAYS, (OPEN,)), minutes)
    staff = [Person(number, frozenset({1})) for number in range(1, 9)]
    proposal = propose(week, staff, KINDS, RULES)
    assert proposal.gaps == []
    saturday = [cell for (_number, day), cell in proposal.cells.items() if day == DAYS[5]]
    reasons = [why for kind, why in saturday if kind and why.kind in ("visits", "skill")]
    assert max(why.need for why in reasons) == 3


def test_days_wished_off_are_kept_while_others_can_do_it() -> None:
    week = Week(DAYS, dict.fromkeys(DAYS, (OPEN,)), {})
    wishing = Person(1, frozenset({1}), wished_off=frozenset({DAYS[0]}))
    others = [Person(number, frozenset({1})) for number in (2, 3, 4)]
    free, why = propose(week, [wishing, *others], KINDS, RULES).cells[1, DAYS[0]]
    assert (free, why.kind) == (None, "wished")


def test_a_proposal_is_a_draft_with_reasons_that_is_taken_back_at_once(app: Flask) -> None:
    salon = Salon(technicians=3)
    add_template("早班", 600, 1080)
    monday = MONDAY + 7 * A_DAY
    add_past_visits(salon)
    leave = ask_leave(salon.staff_ids[0], salon.store_id, at("00:00", monday), at("23:55", monday))
    decide_leave(leave.id, approved=True)
    back, _gaps = propose_week(salon.store_id, monday)
    assert len(back) == 21
    shifts = api.db.session.query(Shift).filter(Shift.day_on >= monday).all()
    assert not any(shift.published for shift in shifts)
    away = next(s for s in shifts if (s.staff_id, s.day_on) == (salon.staff_ids[0], monday))
    assert (away.span, api.thaw(away.why)) == (None, "On leave")
    reasons = {api.thaw(shift.why) for shift in shifts if shift.span}
    assert any("h of" in reason and "needed" in reason for reason in reasons)
    assert salon.free(day=monday + A_DAY) == []
    change_cells(salon.store_id, back)
    assert api.db.session.query(Shift).filter(Shift.day_on >= monday).count() == 0


@api.unit
def add_past_visits(salon: Salon) -> None:
    """Let three guests have come on each of the last eight Wednesdays at two."""
    for week in range(1, 9):
        day = MONDAY + 2 * A_DAY - week * 7 * A_DAY
        begins = dt.datetime.combine(day, dt.time(14), ZoneInfo("Asia/Shanghai"))
        for number in range(3):
            api.db.session.add(
                Visit(
                    store_id=salon.store_id,
                    day_on=day,
                    starts_at=begins,
                    ends_at=begins + dt.timedelta(hours=1),
                    status="done",
                    guest_name="王小姐",
                    key=f"past:{day}:{number}",
                    booked_at=begins,
                    items=[Item(variant_id=salon.variant_id, title="", offset=0, minutes=60)],
                )
            )
