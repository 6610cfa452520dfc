"""Building the words of whole tables: after a migration, and whenever somebody asks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import current_app

from console import clock, epoch
from console.db import db, registries
from console.host.attempt import attempt
from console.i18n import _
from console.jobs import JobRun, job
from console.search.declared import found_by, kind_of
from console.search.keeping import RECORD, read_texts, write_words_of
from console.search.models import SearchIndex
from console.search.words import FORM
from console.unit import unit

log = logging.getLogger(__name__)
INDEX: Any = SearchIndex.__table__
#: So many records are read and written in one transaction; others get their turn in between.
CHUNK = 1000
Progress = Callable[[int, int], None]
Write = Callable[[Callable[[Any], Any]], Any]


def searched_models() -> list[type[Any]]:
    """Return the models that are found by words."""
    found = [
        mapper.class_
        for registry in registries.values()
        for mapper in registry.mappers
        if found_by(mapper.class_) is not None
    ]
    return sorted(found, key=lambda model: str(model.__tablename__))


def is_built(model: type[Any]) -> bool:
    """Tell whether the words of *model* are all there, in the form that it declares now."""
    forms = current_app.extensions["console"].remember("search", lambda: read_forms(db.session))
    return bool(forms.get(model.__tablename__) == form_of(model))


def read_forms(at: Any) -> dict[str, str]:
    """Return the tables whose words were built, each with the form in which they are."""
    return {row[0]: row[1] for row in at.execute(sa.select(INDEX.c.name, INDEX.c.form))}


def form_of(model: type[Any]) -> str:
    """Name the form in which the words of *model* should be: what it is made of, and how."""
    declared = found_by(model)
    return f"{FORM}:{','.join(declared.names) if declared else ''}"


def build(model: type[Any], progress: Progress = lambda done, total: None) -> int:
    """Write the words of all rows of *model* anew and return how many rows there were.

    It works in many small units: what is written meanwhile keeps its own words. What is right
    already stays untouched.
    """
    count = _build(model, lambda act: unit(act)(db.session), progress)
    unit(epoch.bump)()
    return count


def build_missing(engine: sa.Engine) -> list[str]:
    """Build the words of every table that lacks them, and name these tables.

    It needs no application; a table whose words cannot be built is left to be looked through.
    """
    built: list[str] = []
    with engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        forms = read_forms(connection) if INDEX.name in there else None
    for model in searched_models() if forms is not None else ():
        name = str(model.__tablename__)
        if name not in there or (forms or {}).get(name) == form_of(model):
            continue
        problem = attempt(partial(_build, model, partial(_write_by, engine)))
        if problem is None:
            built.append(name)
        else:
            log.error("the words of %s could not be built", name, exc_info=problem)
    return built


def _write_by(engine: sa.Engine, act: Callable[[Any], Any]) -> Any:
    writing = engine.connect().execution_options(console_writes=True)
    with writing as connection, connection.begin():
        return act(connection)


def _build(model: type[Any], write: Write, progress: Progress = lambda done, total: None) -> int:
    table: Any = model.__table__
    total: int = write(lambda at: at.scalar(sa.select(sa.func.count()).select_from(table))) or 0
    done, after = 0, -1
    while (last := write(partial(_build_chunk, model=model, after=after))) is not None:
        done, after = done + CHUNK, last
        progress(min(done, total), total)
    write(partial(_note_built, model=model))
    return total


def _build_chunk(at: Any, *, model: type[Any], after: int) -> int | None:
    """Write the words of the next rows, forget those of rows that are gone; None at the end."""
    table: Any = model.__table__
    pk = table.primary_key.columns[0]
    ids = list(at.scalars(sa.select(pk).where(pk > after).order_by(pk).limit(CHUNK)))
    known = sa.select(RECORD.c.record_id).where(
        RECORD.c.kind == kind_of(model), RECORD.c.record_id > after
    )
    if len(ids) == CHUNK:
        known = known.where(RECORD.c.record_id <= ids[-1])
    kept = sorted({*ids, *at.scalars(known.order_by(RECORD.c.record_id).limit(CHUNK))})[:CHUNK]
    if not kept:
        return None
    write_words_of(at, model, read_texts(at, model, kept))
    return int(kept[-1])


def _note_built(at: Any, *, model: type[Any]) -> None:
    at.execute(sa.delete(INDEX).where(INDEX.c.kind == kind_of(model)))
    row = {"kind": kind_of(model), "name": model.__tablename__, "form": form_of(model)}
    at.execute(sa.insert(INDEX).values(**row, built_at=clock.now()))


@job(_("Build the search anew"))
def rebuild_search(run: JobRun) -> dict[str, Any]:
    """Write the words of every table anew."""
    counts: dict[str, Any] = {}
    for model in searched_models():
        if not run.cancelled:
            counts[str(model.__tablename__)] = build(model, run.progress)
    return counts
