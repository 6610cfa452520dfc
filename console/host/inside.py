"""What one plugin adds to the console, what it holds, and whether it is well."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from console import hookspecs
from console.db import db
from console.host.faults import Fault, faults_of
from console.jobs import StoredJob
from console.outbox import Delivery

if TYPE_CHECKING:
    from console.host import Host

#: A table is counted up to here; what it holds beyond is "more than".
MOST_COUNTED = 100_000


@dataclass(frozen=True)
class Table:
    """A table of a plugin; *rows* is a floor where *more* is true."""

    name: str
    rows: int
    more: bool


@dataclass(frozen=True)
class Hook:
    """A hook that a plugin calls or hears: its kind, its first line, who else takes part."""

    name: str
    kind: str
    summary: str
    others: tuple[str, ...]


@dataclass
class Inside:
    """What a plugin brings, by kind."""

    menus: list[tuple[Any, str]] = field(default_factory=list)
    permissions: list[Any] = field(default_factory=list)
    settings: int = 0
    schedules: list[str] = field(default_factory=list)
    hears: list[Hook] = field(default_factory=list)
    calls: list[Hook] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    needed_by: list[str] = field(default_factory=list)
    #: Events that wait for it, events that it failed to hear, jobs of it that failed.
    waiting: int = 0
    failed: int = 0
    failed_jobs: int = 0
    #: The last words of events that it failed to hear, and what else it did wrong.
    problems: list[str] = field(default_factory=list)
    faults: Sequence[Fault] = ()

    @property
    def is_well(self) -> bool:
        """Whether nothing of it failed."""
        return not (self.failed or self.failed_jobs or self.faults)


def look_inside(host: Host, name: str) -> Inside:
    """Return what a plugin brings; one that is out, or gone, may still hold tables."""
    found = Inside(tables=count_tables(name))
    dead = sa.case((Delivery.state == "dead", 1), else_=0)
    asked = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(dead), 0))
    stored, found.failed = db.session.execute(
        asked.where(Delivery.plugin == name, Delivery.state != "done")
    ).one()
    found.waiting = stored - found.failed
    failed_jobs = sa.select(sa.func.count()).where(
        StoredJob.plugin == name, StoredJob.state == "failed"
    )
    found.failed_jobs = db.session.scalar(failed_jobs) or 0
    found.problems, found.faults = _problems(name), faults_of(name)
    mounted = host.mounted.get(name)
    if mounted is None:
        return found
    found.menus = [(view.title, f"{view.url}/") for view in mounted.views]
    found.permissions = list(mounted.permissions)
    found.settings = len(mounted.settings)
    found.schedules = [schedule.name for schedule in mounted.jobs]
    found.calls = [_hook(host, spec, name) for spec in mounted.plugin.hooks]
    found.hears = [_hook(host, spec, name) for spec in _heard(host, name)]
    found.needs = list(mounted.plugin.requires)
    found.needed_by = [n for n, other in host.mounted.items() if name in other.plugin.requires]
    return found


def _problems(name: str) -> list[str]:
    """Return what the last events said that it failed to hear."""
    dead = sa.select(Delivery.problem).where(Delivery.plugin == name, Delivery.state == "dead")
    said = db.session.scalars(dead.order_by(Delivery.id.desc()).limit(20))
    return list(dict.fromkeys(said))[:3]


def tables_of(name: str) -> list[str]:
    """Return the tables of a plugin that are in the database."""
    found = sa.inspect(db.engine).get_table_names()
    return sorted(table for table in found if table.startswith(f"{name}_"))


def count_tables(name: str) -> list[Table]:
    """Count the rows of a plugin's tables, each up to `MOST_COUNTED`."""
    found = []
    for table in tables_of(name):
        some = sa.select(sa.literal(1)).select_from(sa.table(table)).limit(MOST_COUNTED + 1)
        rows = db.session.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0
        found.append(Table(table, min(rows, MOST_COUNTED), more=rows > MOST_COUNTED))
    return found


def _heard(host: Host, name: str) -> Iterator[Callable[..., Any]]:
    """Yield the hooks that a plugin answers, but for what every plugin contributes at boot."""
    specs = [each for each in vars(hookspecs).values() if getattr(each, "console_kind", None)]
    specs += [spec for mounted in host.mounted.values() for spec in mounted.plugin.hooks]
    for spec in specs:
        caller = getattr(host.pm.hook, spec.__name__, None)
        if caller is None or spec.__dict__["console_kind"] == "contribution":
            continue
        if any(i.plugin_name.partition(":")[0] == name for i in caller.get_hookimpls()):
            yield spec


def _hook(host: Host, spec: Callable[..., Any], name: str) -> Hook:
    hearers = {plugin for plugin, *_rest in host.listeners(spec.__name__)}
    owner = spec.__name__.partition("_")[0]
    others = sorted((hearers | ({owner} & set(host.mounted))) - {name})
    summary = (inspect.getdoc(spec) or "").partition("\n")[0]
    return Hook(spec.__name__, spec.__dict__["console_kind"], summary, tuple(others))
