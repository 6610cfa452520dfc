"""Codes by SMS: who can read the phone of a number may act for it.

Neither asking nor checking looks at who is a member, so known and unknown numbers get the same
answer after the same work.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.messages.models import AskingPhone, Code, Delivery
from plugins.messages.services.drawn_codes import MINUTES, hash_code, hash_phone
from plugins.messages.services.sending import dispatch
from plugins.messages.services.settings import CODE_CHANNEL

TRIES = 5
PAUSE, A_DAY = dt.timedelta(minutes=1), dt.timedelta(hours=24)
MOST_A_DAY = 5
#: What one address may do in an hour; a whole salon's guests may share its Wi-Fi.
ASKS, CHECKS = 30, 60
PURPOSE = re.compile(r"[a-z][a-z_.]{0,39}")


class CodeRefused(api.Refused):
    """No further code for now; the message says why."""

    status = 429


class WrongCode(api.Refused):
    """The code is wrong, too old, used, or was tried too often; nobody is told which."""

    def __init__(self) -> None:
        super().__init__(_("This code is wrong or no longer good. You can ask for a new one."))


@dataclass(frozen=True)
class ProvenPhone:
    """That somebody typed the right code; `use_code` makes it good for one act."""

    phone: str
    purpose: str
    code_id: int


def send_code(phone: str, purpose: str) -> None:
    """Send a code of six digits to a phone; an earlier one for the same purpose ends.

    *phone* is normalised. Call it outside any unit. Raises `Refused` after one code in a minute
    or five in a day for the phone, or too many from one address.
    """
    _check_free()
    if not PURPOSE.fullmatch(purpose):
        raise ValueError(f"{purpose!r} is no purpose of a code")
    api.count_try("messages code asked", api.actor().ip, free=ASKS, most=2 * ASKS)
    _store(phone, purpose, api.reader_locale())


@api.unit
def _store(phone: str, purpose: str, locale: str) -> None:
    now, phone_key = api.now(), hash_phone(phone)
    _count_asking(phone_key, now)
    live = sa.select(Code).where(
        Code.phone_key == phone_key, Code.purpose == purpose, Code.ended_at.is_(None)
    )
    for former in api.db.session.scalars(live):
        former.ended_at = now
    code = Code(
        phone_key=phone_key,
        purpose=purpose,
        phone=phone,
        locale=locale,
        asked_at=now,
        good_until=now + dt.timedelta(minutes=MINUTES),
    )
    api.db.session.add(code)
    api.db.session.flush()
    dispatch(Delivery(code_id=code.id, channel=CODE_CHANNEL.get(), due_at=now))


def _count_asking(phone_key: str, now: dt.datetime) -> None:
    """Count a code for a phone; its row is locked, so that those who ask at once wait in line."""
    first = api.insert_into(AskingPhone).values(
        phone_key=phone_key, asked=0, since_at=now, last_at=now - A_DAY
    )
    api.db.session.execute(first.on_conflict_do_nothing())
    mine = sa.select(AskingPhone).where(AskingPhone.phone_key == phone_key).with_for_update()
    row = api.db.session.scalars(mine).one()
    if now - row.last_at < PAUSE:
        raise CodeRefused(_("A code was sent just now. Please wait a minute."))
    if now - row.since_at >= A_DAY:
        row.asked, row.since_at = 0, now
    if row.asked >= MOST_A_DAY:
        raise CodeRefused(
            _("Too many codes were sent to this phone today. Please ask at the front desk.")
        )
    row.asked, row.last_at = row.asked + 1, now


def check_code(phone: str, purpose: str, code: str) -> ProvenPhone:
    """Return the proof that *code* is the phone's live one, or raise `WrongCode`.

    Call it outside any unit: each try is counted for good, whatever becomes of the act. Then
    hand the proof to `use_code` in the unit of that act.
    """
    _check_free()
    api.count_try("messages code checked", api.actor().ip, free=CHECKS, most=2 * CHECKS)
    typed = re.sub(r"\s", "", code)[:12]
    proven = _count_and_compare(phone, purpose, typed)
    if proven is None:
        raise WrongCode
    api.take_back_try("messages code checked", api.actor().ip)
    return proven


@api.unit
def _count_and_compare(phone: str, purpose: str, typed: str) -> ProvenPhone | None:
    phone_key = hash_phone(phone)
    live = (
        sa.select(Code)
        .where(Code.phone_key == phone_key, Code.purpose == purpose, Code.ended_at.is_(None))
        .order_by(Code.id.desc())
        .limit(1)
        .with_for_update()
    )
    row = api.db.session.scalars(live).first()
    counts = row is not None and row.tries < TRIES and row.good_until > api.now()
    if row is not None and counts:
        row.tries += 1
    wanted = row.code_hash if row is not None else ""
    same = hmac.compare_digest(hash_code(phone_key, purpose, typed), wanted.ljust(64, "-"))
    return ProvenPhone(phone, purpose, row.id) if row is not None and counts and same else None


def use_code(proven: ProvenPhone) -> None:
    """End a proven code in the running unit; raises `WrongCode` if it was used before."""
    if not api.in_unit():
        raise RuntimeError("a code is used in the unit of the act that it allows")
    row = api.db.session.get(Code, proven.code_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        raise WrongCode
    row.ended_at = api.now()


def _check_free() -> None:
    if api.in_unit():
        raise RuntimeError("what is counted here must outlive the unit")
