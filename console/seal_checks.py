"""Verifying the audit trail against its seals; the seal that does not fit is named."""

from __future__ import annotations

import datetime as dt
import hmac
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from console import clock
from console.audit import AuditEntry
from console.db import db
from console.i18n import _, gettext
from console.inbox import notify, settle
from console.jobs import JobRun, Schedule, job, start_job
from console.row_nights import seal_rows
from console.seal_key import seal_key
from console.sealing import SEAL, heads_of_plugins, read_span, seal_trail, sign_seal
from console.security.permissions import VIEW_AUDIT
from console.settings import Setting
from console.unit import unit
from console.work import add_schedule

log = logging.getLogger(__name__)

#: What the last check found: when, how many entries, and each `Misfit`.
CHECKED: Setting[dict[str, Any]] = Setting("console.audit_checked", _("Audit trail"), {})
NOTICE = "console:audit"
PAGE = "/console/system/audit/"
#: What may be wrong with a seal, in words.
PROBLEMS: dict[str, Any] = {
    "entries": _("Entries were changed, removed or added"),
    "gap": _("Seals before it are missing"),
    "seal": _("The seal itself was changed or made with another key"),
    "heads": _("A plugin has lost a seal of its own"),
}


@dataclass(frozen=True)
class Misfit:
    """A seal that does not fit the entries from the one number through the other, and why."""

    seal: int
    first: int
    last: int
    problems: Sequence[str]
    #: How many entries it was made over, and how many there are now.
    sealed: int
    found: int

    def __str__(self) -> str:
        said = gettext(
            "Seal %(seal)s over entries %(first)s to %(last)s",
            seal=self.seal,
            first=self.first,
            last=self.last,
        )
        why = gettext("; ").join(str(PROBLEMS[name]) for name in self.problems)
        if self.found != self.sealed:
            why += " " + gettext(
                "(%(sealed)s were sealed, %(found)s are there)",
                sealed=self.sealed,
                found=self.found,
            )
        return f"{said}: {why}"


@dataclass
class Report:
    """What was checked and what was found."""

    seals: int = 0
    entries: int = 0
    sealed_through: int = 0
    unsealed: int = 0
    seconds: float = 0.0
    misfits: list[Misfit] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every seal fits."""
        return not self.misfits


def verify_trail(say: Callable[[int, int], object] = lambda done, total: None) -> Report:
    """Hash all that was sealed anew and compare; *say* is told how many seals are done."""
    report, start, key = Report(), time.monotonic(), seal_key()
    known, before, after = heads_of_plugins(), "", 0
    seals = db.session.execute(sa.select(SEAL).order_by(SEAL.c.id)).mappings().all()
    for row in seals:
        found = _check(key, row, before, after, known)
        report.entries += found.found
        if found.problems:
            report.misfits.append(found)
        before, after = row["digest"], row["through_id"]
        report.seals, report.sealed_through = report.seals + 1, after
        say(report.seals, len(seals))
    later = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.id > after)
    report.unsealed = db.session.scalar(later) or 0
    report.seconds = time.monotonic() - start
    return report


def _check(
    key: bytes, row: Mapping[Any, Any], before: str, after: int, known: Mapping[str, list[str]]
) -> Misfit:
    entries, digest = _read_again(key, row["after_id"], row["through_id"])
    problems = {
        "gap": row["after_id"] != after,
        "entries": (entries, digest) != (row["entries"], row["entries_digest"]),
        "seal": not hmac.compare_digest(sign_seal(key, before, row), str(row["digest"])),
        "heads": any(_is_lost(head, known) for head in row["heads"]),
    }
    wrong = tuple(name for name, is_wrong in problems.items() if is_wrong)
    first = row["after_id"] + 1
    return Misfit(row["id"], first, row["through_id"], wrong, row["entries"], entries)


def _read_again(key: bytes, after: int, through: int) -> tuple[int, str]:
    try:
        return read_span(key, after, through)
    except (ValueError, TypeError):  # who writes past the console may leave what no type reads
        span = AuditEntry.id.between(after + 1, through)
        return db.session.scalar(sa.select(sa.func.count(AuditEntry.id)).where(span)) or 0, ""


def _is_lost(head: str, known: Mapping[str, list[str]]) -> bool:
    """Tell whether an active plugin has no such seal; one that is switched off is not asked."""
    plugin = head.partition(":")[0]
    return plugin in known and head not in known[plugin]


@unit
def keep(report: Report) -> None:
    """Keep what a check found for the page, and tell whoever may see the trail."""
    misfits = [asdict(each) for each in report.misfits]
    CHECKED.put({"at": clock.now().isoformat(), "entries": report.entries, "misfits": misfits})
    if report.ok:
        settle(NOTICE)
        return
    for each in report.misfits:
        log.error("the audit trail does not fit its seals: %s", each)
    first = report.misfits[0]
    notify(
        _("The audit trail was changed past the console"),
        _(
            "Seal %(seal)s over entries %(first)s to %(last)s",
            seal=first.seal,
            first=first.first,
            last=first.last,
        ),
        url=PAGE,
        permission=VIEW_AUDIT,
        todo=True,
        key=NOTICE,
    )


@dataclass(frozen=True)
class Standing:
    """The last seal and what the last check found, for a page."""

    sealed_at: dt.datetime | None
    sealed_through: int
    checked_at: dt.datetime | None
    misfits: list[Misfit]


def standing() -> Standing:
    """Return how the trail stands by its last seal and its last check; two small reads."""
    columns = (SEAL.c.sealed_at, SEAL.c.through_id)
    last = db.session.execute(sa.select(*columns).order_by(SEAL.c.id.desc()).limit(1)).one_or_none()
    kept = CHECKED.get()
    at = dt.datetime.fromisoformat(kept["at"]) if kept else None
    sealed_at, through = last if last else (None, 0)
    misfits = [Misfit(**each) for each in kept.get("misfits", ())]
    return Standing(sealed_at, through, at, misfits)


@job(_("Check the audit trail"))
def check_trail(run: JobRun) -> dict[str, Any]:
    """Verify the whole trail and keep what was found."""
    report = verify_trail(run.progress)
    keep(report)
    said = (
        gettext("All %(count)s sealed entries are as they were.", count=f"{report.entries:,}")
        if report.ok
        else " · ".join(str(each) for each in report.misfits[:3])
    )
    run.progress(report.seals, report.seals, said)
    return {"seals": report.seals, "misfits": len(report.misfits)}


@unit
def start_check() -> int:
    """Have the worker check the trail, and return the job's number."""
    return start_job(check_trail)


def check_at_night() -> None:
    """Verify the whole trail; whoever may see it is told when anything is wrong."""
    keep(verify_trail())


def seal_at_night() -> None:
    """Seal what was done since the last night, and the seals of the rows that were written."""
    seal_rows()
    seal_trail()


def install() -> None:
    """Let the worker seal after the plugins have sealed their books, and verify later on."""
    add_schedule(Schedule("seal_audit", seal_at_night, daily_at="03:20"))
    add_schedule(Schedule("check_audit", check_at_night, daily_at="03:50"))
