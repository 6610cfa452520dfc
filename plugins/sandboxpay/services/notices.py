"""Notifying, in the manner of WeChat Pay: until it is taken, and with faults on demand."""

from __future__ import annotations

import datetime as dt
import json
import logging
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from http.client import HTTPException

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.sandboxpay import settings
from plugins.sandboxpay.http import call
from plugins.sandboxpay.models import SandboxNotice
from plugins.sandboxpay.signing import sign_answer

log = logging.getLogger(__name__)

#: Seconds until the next try, as WeChat Pay has them.
PAUSES = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
LEASE = dt.timedelta(seconds=60)
AT_ONCE = 10


@dataclass(frozen=True)
class Letter:
    """A notification as it goes out: all its copies are sent at once."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    copies: int


@api.job(_("Notify of sandbox payments"), swift=True)
def deliver_notices(_run: api.JobRun) -> None:
    """Send all notifications that are due."""
    deliver_due()


def deliver_due() -> None:
    """Send all notifications that are due, one after the other; call it outside any unit."""
    seen: set[int] = set()
    while (number := _find_due(seen)) is not None:
        seen.add(number)
        letter = _take(number)
        if letter is not None:
            _note(number, taken=_send(letter))


def _find_due(seen: set[int]) -> int | None:
    due = (
        sa.select(SandboxNotice.id)
        .where(SandboxNotice.state == "waiting", SandboxNotice.due_at <= api.now())
        .where(SandboxNotice.id.not_in(seen))
        .order_by(SandboxNotice.due_at, SandboxNotice.id)
        .limit(1)
    )
    found = api.db.session.scalar(due)
    api.db.session.rollback()
    return found


@api.unit
def _take(number: int) -> Letter | None:
    row = api.db.session.get(SandboxNotice, number, with_for_update={"skip_locked": True})
    if row is None or row.state != "waiting" or row.due_at > api.now():
        return None
    row.due_at = api.now() + LEASE
    message = {
        "id": secrets.token_hex(16),
        "create_time": api.now().isoformat(),
        "event_type": row.event,
        "resource_type": "plain-resource",
        "resource": row.resource,
    }
    body = json.dumps(message, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **sign_answer(body)}
    forged = settings.TAMPERED.get()
    if forged == "signature":
        headers["Sandboxpay-Signature"] = "0" * 64
    elif forged == "amount":
        resource = {**row.resource, "amount": {**row.resource["amount"], "total": 1}}
        body = json.dumps({**message, "resource": resource}).encode()
    return Letter(row.url, body, headers, settings.COPIES.get())


def _send(letter: Letter) -> bool:
    """Send all copies, several at a time; tell whether one was taken."""
    if letter.copies == 1:
        return _post(letter)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(copy_context().run, _post, letter) for _copy in range(letter.copies)]
        return any(one.result() for one in sent)


def _post(letter: Letter) -> bool:
    try:
        return call("POST", letter.url, letter.body, letter.headers, seconds=10).status < 300
    except (OSError, HTTPException) as problem:
        log.warning("a sandbox notification was not taken: %s", type(problem).__name__)
        return False


@api.unit
def _note(number: int, *, taken: bool) -> None:
    row = api.db.session.get(SandboxNotice, number, with_for_update=True)
    if row is None or row.state != "waiting":
        return
    row.tries += 1
    if taken:
        row.state = "done"
        _release(row)
    elif row.tries > len(PAUSES):
        row.state = "dead"
    else:
        row.due_at = api.now() + dt.timedelta(seconds=PAUSES[row.tries - 1])


def _release(row: SandboxNotice) -> None:
    """Send what was held back for this one to come first."""
    if row.event.startswith("REFUND."):
        held = sa.update(SandboxNotice).where(
            SandboxNotice.order_id == row.order_id, SandboxNotice.state == "waiting"
        )
        api.db.session.execute(held.values(due_at=api.now()))
