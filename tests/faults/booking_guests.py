"""Guests who book, change, cancel and wait over HTTP while web and worker are killed.

Each form is sent until it is answered, with the same key, as people do who tap again; so
afterwards every booking that somebody was told of must be there once, and no other.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from console import api
from console.jobs import StoredJob
from console.outbox import Delivery as Told
from plugins.booking.api import Visit, Wish, free_times
from plugins.booking.models import Wait
from plugins.booking.services.rosters import ShiftDraft, publish, put_shifts
from plugins.messages.models import Delivery, Message, SandboxLetter
from tests.faults.fault_online import Storm, strike
from tests.races.booking_storm import CHANGE, DAYS, DESK, House, form_key, furnish
from tests.support.booking import ZONE
from tests.support.crowd import Answer, Caller, answers, free_port
from tests.support.people import SignIn
from tests.support.processes import console_environment, started_console, wait_until

GUESTS, NEAR = 6, 5
#: Seconds in which the worker comes to an end; what it has not done by then counts as lost.
PATIENCE = 240
CLOCKS = [f"{hour}:{minute}" for hour in range(10, 17) for minute in ("00", "30")]
A_DAY, AN_HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@dataclass
class Doors:
    """A salon, and how its console is started."""

    house: House
    port: int
    environment: dict[str, str]
    #: Visits of tomorrow, whose guests are to be reminded.
    near: list[int]


@dataclass
class Figures:
    """What happened, and how much of it was wrong; the last ones must be zero."""

    seconds: int = 0
    kills: str = ""
    forms: int = 0
    sent_again: int = 0
    accepted: int = 0
    changed: int = 0
    cancelled: int = 0
    offers_taken: int = 0
    refused: int = 0
    messages: int = 0
    reminders: int = 0
    lost: int = 0
    twice: int = 0
    strays: int = 0
    not_as_told: int = 0
    letters_lost: int = 0
    letters_twice: int = 0
    reminders_wrong: int = 0
    errors: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, doubled or wrong."""
        told = asdict(self)
        names = list(told)[list(told).index("lost") :]
        return not any(told[name] for name in names)

    def __str__(self) -> str:
        return ", ".join(
            f"{name.replace('_', ' ')} {value}" for name, value in asdict(self).items()
        )


def open_doors(app: Flask, sign_in: SignIn, url: str, folder: Path) -> Doors:
    """Build the salon, and sign everybody in."""
    port = free_port()
    more = {"CONSOLE_WORKERS": "2", "PORT": str(port), "HOST": "127.0.0.1", "DEMO": "0"}
    environment = console_environment(url, folder, **more)
    with started_console(environment, "run"):
        wait_until(lambda: answers(port), what="the console answers")
        house = furnish(app, sign_in, port)
    return Doors(house, port, environment, _book_near(house))


def _book_near(house: House) -> list[int]:
    """Book three days ago what is due to be reminded of now."""
    salon, now, today = house.salon, api.now(), api.today(ZONE)
    days = [today, today + A_DAY]
    shifts = [ShiftDraft(one, day, (600, 1080)) for day in days for one in salon.staff_ids]
    put_shifts(salon.store_id, shifts)
    publish(salon.store_id, *days)
    found = []
    for member_id in house.members[:NEAR]:
        times = free_times(salon.store_id, [Wish(salon.variant_id)], *days)
        due = [m for each in times.values() for m in each if m > now + 3 * AN_HOUR]
        with api.at_moment(now - 3 * A_DAY):
            local = due[0].astimezone(dt.timezone(8 * AN_HOUR))
            booked = salon.book(f"{local:%H:%M}", day=local.date(), member_id=member_id)
        found.append(booked.id)
    return found


@dataclass
class Guests:
    """Those who book, and what they were told."""

    doors: Doors
    seed: int
    storm: Storm = field(default_factory=lambda: Storm("", ""))
    #: When each visit was last said to begin; None once it is cancelled.
    told: dict[int, dt.datetime | None] = field(default_factory=dict)
    by_key: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    begun: float = 0.0

    def book_while_struck(self, app: Flask, seconds: float) -> None:
        """Let guests book for some time while processes are killed, then let all come to an end."""
        self.begun = time.monotonic()
        threads = [threading.Thread(target=self._be, args=(app, n)) for n in range(GUESTS)]
        threads.append(threading.Thread(target=self._hurry, args=(app,)))
        for thread in threads:
            thread.start()
        while time.monotonic() < self.begun + seconds:
            with started_console(self.doors.environment, "run") as console:
                wait_until(lambda: answers(self.doors.port), what="the console answers")
                strike(self.storm, console.pid, min(self.begun + seconds, time.monotonic() + 20))
                self.storm.kills["all"] += 1
        self.storm.over.set()
        with started_console(self.doors.environment, "run"):
            for thread in threads:
                thread.join(180)
            _hurry()
            _end_leases()
            for _turn in range(PATIENCE):
                if _is_done():
                    break
                time.sleep(1)

    def _be(self, app: Flask, number: int) -> None:
        """Book, change, cancel and wait, one act after the other."""
        dice, mine = random.Random(f"{self.seed}:{number}"), list[int]()
        acts = (self._book_at_desk, self._book_on_phone, self._change, self._cancel, self._wait)
        while not self.storm.over.is_set():
            [act] = dice.choices(acts, (4, 4, 3, 2, 2))
            with app.app_context():
                act(dice, number, mine)

    def _hurry(self, app: Flask) -> None:
        """Make the clock's work due again and again."""
        while not self.storm.over.wait(3):
            with app.app_context():
                _hurry()

    def _send(self, caller: Caller, path: str, **fields: Any) -> Answer:
        """Send a form until it is answered."""
        self.counts["forms"] += 1
        while True:
            try:
                answer = caller.post(path, **fields)
            except (OSError, HTTPException):
                answer = Answer(0, "")
            if answer.status == 500:
                self.errors.append(f"{path}: {answer.text[:200]}")
            if 0 < answer.status < 500:
                return answer
            self.counts["sent_again"] += 1
            time.sleep(0.3)

    def _note(self, key: str, answer: Answer, starts_at: dt.datetime) -> int | None:
        """Remember what somebody was told of her booking; the desk is led to the board."""
        found = re.search(r"/mine/(\d+)", answer.leads_to)
        visit_id = int(found[1]) if found else _number_of(key, answer)
        if visit_id is None:
            self.counts["refused"] += 1
            return None
        with self.lock:
            self.by_key[key] = visit_id
            self.told[visit_id] = starts_at
        return visit_id

    def _when(self, dice: random.Random) -> dt.datetime:
        return self.doors.house.at(dice.randrange(DAYS), dice.choice(CLOCKS))

    def _book_at_desk(self, dice: random.Random, number: int, mine: list[int]) -> None:
        house, key, when = self.doors.house, form_key(), self._when(dice)
        told = {
            "store_id": house.salon.store_id,
            "member_id": house.members[number],
            "variant_id": house.salon.variant_id,
            "staff_id": dice.choice(["", *house.salon.staff_ids]),
            "starts_at": when.isoformat(),
        }
        answer = self._send(house.desks[number % len(house.desks)], DESK, **told, key=key)
        self._keep(mine, self._note(key, answer, when))

    def _book_on_phone(self, dice: random.Random, number: int, mine: list[int]) -> None:
        house, phone, when = self.doors.house, self.doors.house.phones[number], self._when(dice)
        told = {
            "store": house.salon.store_id,
            "variant": dice.choice([house.salon.variant_id, house.in_room]),
            "staff": dice.choice(["", *house.salon.staff_ids]),
            "at": when.isoformat(),
        }
        kept = self._send(phone, "/booking/keep", **told)
        if kept.status != 302:
            self.counts["refused"] += 1
            return
        key = kept.kept["key"]
        answer = self._send(phone, "/booking/confirm", **told, key=key)
        self._keep(mine, self._note(key, answer, when))

    @staticmethod
    def _keep(mine: list[int], visit_id: int | None) -> None:
        if visit_id is not None:
            mine.append(visit_id)

    def _change(self, dice: random.Random, number: int, mine: list[int]) -> None:
        if not mine:
            return
        visit_id, when = dice.choice(mine), self._when(dice)
        desk = self.doors.house.desks[number % len(self.doors.house.desks)]
        told = {"starts_at": when.isoformat(), "key": form_key()}
        if self._send(desk, CHANGE.format(visit_id), **told).status in (302, 303):
            self.told[visit_id] = when
            self.counts["changed"] += 1

    def _cancel(self, dice: random.Random, number: int, mine: list[int]) -> None:
        if not mine:
            return
        visit_id = mine.pop(dice.randrange(len(mine)))
        desk = self.doors.house.desks[number % len(self.doors.house.desks)]
        self._send(desk, f"/console/booking/visits/{visit_id}/turn/cancel", reason="storm")
        self.told[visit_id] = None
        self.counts["cancelled"] += 1

    def _wait(self, dice: random.Random, number: int, _mine: list[int]) -> None:
        """Take what is offered, or join the list."""
        house, phone = self.doors.house, self.doors.house.phones[number]
        mine = sa.select(Wait.id, Visit.starts_at).join(Visit, Visit.id == Wait.visit_id)
        offered = Wait.member_id == house.members[number], Wait.state == "offered"
        api.db.session.rollback()
        found = api.db.session.execute(mine.where(*offered).limit(1)).first()
        api.db.session.rollback()
        if found is not None:
            answer = self._send(phone, f"/booking/waiting/{found[0]}/take")
            if self._note(f"wait {found[0]}", answer, found[1]) is not None:
                self.counts["offers_taken"] += 1
            return
        day = str(house.first_on + dice.randrange(DAYS) * A_DAY)
        told = {"store": house.salon.store_id, "variant": house.salon.variant_id}
        self._send(phone, "/booking/wait", **told, first_on=day, last_on=day, key=form_key())

    def account(self) -> Figures:
        """Compare what people were told with what is there."""
        api.db.session.rollback()
        names = ("forms", "sent_again", "changed", "cancelled", "offers_taken", "refused")
        figures = Figures()
        for name in names:
            setattr(figures, name, self.counts[name])
        figures.seconds = int(time.monotonic() - self.begun)
        figures.kills = f"of all {self.storm.kills['all']}, of one {self.storm.kills['one']}"
        figures.accepted, figures.errors = len(self.by_key), len(self.errors)
        visits = {visit.id: visit for visit in api.db.session.query(Visit)}
        figures.lost = len(self.told.keys() - visits.keys())
        figures.twice = len(self.by_key) - len(set(self.by_key.values()))
        known = self.told.keys() | set(self.doors.near)
        figures.strays = sum(
            1 for visit in visits.values() if visit.status != "hold" and visit.id not in known
        )
        figures.not_as_told = sum(
            1 for number, moment in self.told.items() if not _is_so(visits.get(number), moment)
        )
        _account_letters(figures, self.doors, self.told)
        return figures


def _number_of(key: str, answer: Answer) -> int | None:
    """Return the visit of a form that the desk was told is booked; 0 for one that is not there."""
    if answer.status not in (302, 303):
        return None
    api.db.session.rollback()
    number = api.db.session.scalar(sa.select(Visit.id).where(Visit.key == key))
    api.db.session.rollback()
    return number or 0


def _is_so(visit: Visit | None, moment: dt.datetime | None) -> bool:
    if visit is None:
        return False
    if moment is None:
        return visit.status == "cancelled"
    return visit.status in ("pending", "confirmed") and visit.starts_at == moment


def _account_letters(figures: Figures, doors: Doors, told: dict[int, dt.datetime | None]) -> None:
    """Every booking was told of, every message became one letter, everybody was reminded once."""
    keys = [key or "" for key in api.db.session.scalars(sa.select(Message.key))]
    about = Counter(match[1] for key in keys if (match := re.match(r"booking\.\w+:(\d+):", key)))
    letters = Counter(api.db.session.scalars(sa.select(SandboxLetter.key)))
    figures.messages = len(keys)
    soon = Counter(key.split(":")[1] for key in keys if key.startswith("booking.soon:"))
    figures.reminders = sum(soon[str(number)] for number in doors.near)
    figures.reminders_wrong = sum(soon[str(number)] != 1 for number in doors.near)
    unheard = [number for number in told if not about[str(number)]]
    figures.letters_lost = len(unheard) + max(0, len(keys) - sum(letters.values()))
    figures.letters_twice = max(0, sum(letters.values()) - len(keys))


@api.unit
def _hurry() -> None:
    """Forget which slots of the clock were done, so that the worker does them again."""
    again = StoredJob.slot.like("schedule:booking.%"), StoredJob.state == "done"
    api.db.session.execute(sa.delete(StoredJob).where(*again))


@api.unit
def _end_leases() -> None:
    """Let the minutes be over for which a letter is its worker's, be that one dead or at work."""
    sending = sa.update(Delivery).where(Delivery.state == "sending")
    api.db.session.execute(sending.values(due_at=api.now()))


def _is_done() -> bool:
    """Tell whether the worker has reminded everybody since, and has nothing more to do."""
    api.db.session.rollback()
    left = [
        sa.select(sa.func.count(Told.id)).where(Told.state == "waiting"),
        sa.select(sa.func.count(Delivery.id)).where(Delivery.state.in_(("waiting", "sending"))),
    ]
    again = StoredJob.slot.like("schedule:booking.booking.remind:%"), StoredJob.state == "done"
    reminded = api.db.session.scalar(sa.select(StoredJob.id).where(*again).limit(1))
    return reminded is not None and not any(api.db.session.scalar(one) for one in left)
