"""The member code: what a member shows at the counter, new every minute, good for one act."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.keys import code_keys
from plugins.membership.models import CodeUse, HistoryLine, Member, MemberCard
from plugins.membership.services.digits import STEP, make_digits, read_digits
from plugins.membership.services.freezing import require_active
from plugins.membership.services.levelling import lock_member

#: So many minutes after a code was read, whoever read it may still say what it was shown for.
KEPT_FOR = 5
#: What happens to a member's file or her phone so that nothing rests on her code any more.
VOIDING = (
    "frozen",
    "value_frozen",
    "renumbered",
    "bound",
    "phone_changed",
    "phone_removed",
    "erased",
)


class BadCode(api.Refused):
    """The code is nobody's, or its minute has passed; nobody is told which."""

    def __init__(self) -> None:
        super().__init__(_("This code does not count. Ask for the one that her phone shows now."))


class CodeUsed(api.Refused):
    """The code has served before."""

    def __init__(self) -> None:
        super().__init__(_("This code was used already. Her phone shows a new one in a minute."))


def show_code(member_id: int) -> str:
    """Return the code that a member shows in this minute, 20 digits that begin with 9."""
    card = api.db.session.get(MemberCard, member_id)
    return make_digits(code_keys()[0], member_id, card.series if card else 0, _minute())


def read_code(code: str) -> int:
    """Return whose code it is, without using it up; raises `Refused` for one that does not count.

    Tries that fail are counted for each terminal, and soon wait. A unit that fails forgets what
    it counted, so ask before the unit in which the code is used.
    """
    terminal = ("member code", *_terminal())
    api.count_try(*terminal, free=10, most=60, longest=60)
    member_id, step = _find(code)
    api.take_back_try(*terminal)
    _refuse_used(member_id, step)
    return member_id


def keep_shown(code: str) -> str:
    """Return a ticket for a code that is being shown, without using it up; raises `Refused`.

    For some minutes it is worth the code to the person who scanned it, and to nobody else.
    """
    member_id = read_code(code)
    step = _find(code)[1]
    return f"{member_id}.{step}.{_seal_ticket(code_keys()[0], member_id, step)}"


@api.unit
def use_shown(ticket: str, purpose: str) -> int:
    """Use up the code that a ticket stands for, and return whose it is."""
    member, _dot, rest = ticket.partition(".")
    minute, _dot, seal = rest.partition(".")
    digits = member + minute
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 20 and member and minute):
        raise BadCode
    member_id, step = int(member), int(minute)
    seals = (_seal_ticket(key, member_id, step) for key in code_keys())
    known = any(hmac.compare_digest(each.encode(), seal.encode()) for each in seals)
    if not known or not 0 <= _minute() - step <= KEPT_FOR:
        raise BadCode
    return _use(member_id, step, purpose)


def _seal_ticket(key: bytes, member_id: int, step: int) -> str:
    """Seal a ticket for who acts; new codes of the member make it worthless, as they do codes."""
    told = f"{member_id}.{step}.{_series_of(member_id)}.{api.actor().user_id}".encode()
    return hashlib.blake2b(told, digest_size=16, key=key, person=b"member ticket").hexdigest()


@api.unit
def use_code(code: str, purpose: str) -> int:
    """Use a member code up in the running unit and return whose it is; a second time is refused.

    *purpose* says what for, such as `"pay:1234"`.
    """
    member_id, step = _find(code)
    return _use(member_id, step, purpose)


def _use(member_id: int, step: int, purpose: str) -> int:
    lock_member(member_id)
    require_active(member_id)
    _refuse_used(member_id, step)
    use = CodeUse(
        member_id=member_id,
        step=step,
        purpose=purpose,
        used_at=api.now(),
        used_by=api.actor().user_id,
    )
    api.db.session.add(use)
    api.db.session.flush()
    return member_id


@contextmanager
def at_unused_minute(member_id: int) -> Iterator[None]:
    """Let what follows happen in the last minute whose code did not serve yet.

    For demos, which make up days in no order of time.
    """
    at = api.now()
    while api.db.session.get(CodeUse, (member_id, _step_of(at))) is not None:
        at -= dt.timedelta(seconds=STEP)
    with api.at_moment(at):
        yield


def code_used_at(member_id: int, purpose: str) -> dt.datetime | None:
    """Return when a code of a member was last used for a purpose; None if never, or long ago."""
    used = sa.select(sa.func.max(CodeUse.used_at)).where(
        CodeUse.member_id == member_id, CodeUse.purpose == purpose
    )
    found: dt.datetime | None = api.db.session.scalar(used)
    return found


def code_was_used(purpose: Any, at: Any) -> Any:
    """Return the condition that some member's code was used for a purpose at a moment."""
    return sa.exists().where(CodeUse.purpose == purpose, CodeUse.used_at == at)


def voided_since(member_id: int, moment: dt.datetime) -> bool:
    """Tell whether file, value or phone of a member were frozen or replaced since a moment."""
    lines = sa.select(HistoryLine.id).where(
        HistoryLine.member_id == member_id, HistoryLine.kind.in_(VOIDING), HistoryLine.at >= moment
    )
    return api.db.session.scalar(lines.limit(1)) is not None


def _minute() -> int:
    return _step_of(api.now())


def _step_of(moment: dt.datetime) -> int:
    return int(moment.timestamp()) // STEP


def _find(text: str) -> tuple[int, int]:
    code = "".join(text.split())
    found = read_digits(code_keys(), code, _minute(), _series_of)
    if found is None:
        raise BadCode
    return found


def _terminal() -> tuple[object, ...]:
    """Name the terminal that scans: a till, else a person at an address."""
    actor = api.actor()
    return ("till", actor.till_id) if actor.till_id else (actor.user_id, actor.ip)


def _series_of(member_id: int) -> int | None:
    row = api.db.session.execute(
        sa.select(Member.id, MemberCard.series)
        .outerjoin(MemberCard, MemberCard.member_id == Member.id)
        .where(Member.id == member_id, Member.gone_at.is_(None))
    ).first()
    return None if row is None else int(row.series or 0)


def _refuse_used(member_id: int, step: int) -> None:
    if api.db.session.get(CodeUse, (member_id, step)) is not None:
        raise CodeUsed
