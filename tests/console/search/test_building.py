"""The words of records: kept with every write, built where they lack, mended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.db import db
from console.jobs import JobRun
from console.migrate import migrate_database
from console.search.building import build, is_built, rebuild_search, searched_models
from console.search.finding import find
from console.search.keeping import RECORD, WORD, forget_tables
from console.search.models import SearchIndex
from console.unit import unit
from plugins.membership.api import Member, Tag
from plugins.salon.models import Service
from tests.support.app import make_config
from tests.support.databases import Databases
from tests.support.membership import join
from tests.support.people import add_store
from tests.support.shell import Shell

TAG: Any = Tag.__table__


def found(text: str, model: type[Any] = Tag) -> set[int]:
    """The ids that a text leads to."""
    db.session.rollback()
    return set(db.session.scalars(sa.select(model.id).where(find(model, text).where)))


def count_words() -> int:
    """How many words there are, of whatever."""
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(WORD)) or 0


@unit
def add_tag(name: str) -> int:
    tag = Tag(name=name, names={"en": f"Tag {name}"})
    db.session.add(tag)
    db.session.flush()
    return int(tag.id)


@unit
def add_tag_past_the_session(name: str) -> int:
    added = sa.insert(TAG).values(name=name, names={}, colour="blue").returning(TAG.c.id)
    return int(db.session.scalar(added) or 0)


def test_tables_are_built_from_the_start(app: Flask) -> None:
    assert {Member, Tag, Service} <= set(searched_models())
    assert all(is_built(model) for model in searched_models())


def test_what_is_added_changed_and_deleted_keeps_its_words(app: Flask) -> None:
    number = add_tag("敏感肌")
    assert found("mingan") == found("mgj") == found("tag") == {number}

    @unit
    def change(name: str | None) -> None:
        tag = db.session.get_one(Tag, number)
        if name is None:
            db.session.delete(tag)
        else:
            tag.name, tag.names = name, {}

    change("常客")
    assert found("changke") == {number}
    assert found("mingan") == found("tag") == set()
    change(None)
    assert found("changke") == set()
    assert count_words() == 0


def test_what_is_rolled_back_leaves_no_words(app: Flask) -> None:
    @unit
    def fail() -> None:
        db.session.add(Tag(name="常客", names={}))
        db.session.flush()
        raise api.Refused("no")

    with pytest.raises(api.Refused):
        fail()
    assert count_words() == 0


def test_words_are_built_anew(app: Flask) -> None:
    known, missed = add_tag("常客"), add_tag_past_the_session("敏感肌")

    @unit
    def forget() -> None:
        db.session.execute(sa.delete(TAG).where(TAG.c.id == known))

    forget()
    assert found("mgj") == set()
    assert build(Tag) == 1
    assert found("mgj") == {missed}
    kept = db.session.scalars(sa.select(RECORD.c.record_id)).all()
    assert list(kept) == [missed]


def test_building_anew_what_is_right_changes_nothing(app: Flask) -> None:
    store = add_store()
    join("陈诗雅", store)
    before = count_words()
    assert build(Member) == 1
    assert count_words() == before
    assert found("csy", Member)


def test_a_job_builds_all(app: Flask) -> None:
    missed = add_tag_past_the_session("敏感肌")

    @unit
    def start() -> int:
        return api.start_job(rebuild_search)

    counts = rebuild_search.function(JobRun(start()))
    assert counts is not None
    assert counts["membership_tag"] == 1
    assert found("mgj") == {missed}


def test_words_in_an_earlier_form_are_not_relied_on(app: Flask) -> None:
    add_tag("常客")

    @unit
    def age() -> None:
        row = db.session.scalars(sa.select(SearchIndex).where(SearchIndex.name == "membership_tag"))
        row.one().form = "0:name"

    age()
    app.extensions["console"].forget()
    assert not is_built(Tag)
    build(Tag)
    assert is_built(Tag)


def test_migrating_fills_tables_that_lack_their_words(
    databases: Databases, app: Flask, tmp_path: Path
) -> None:
    missed = add_tag_past_the_session("敏感肌")

    @unit
    def forget() -> None:
        db.session.execute(sa.delete(SearchIndex))

    forget()
    url = db.engine.url.render_as_string(hide_password=False)
    report = migrate_database(make_config(url, tmp_path / "again"))
    assert not report.failed
    assert found("mgj") == {missed}


def test_tables_that_are_dropped_leave_no_words(app: Flask) -> None:
    add_tag("常客")
    store = add_store()
    join("陈诗雅", store)
    before = count_words()
    unit(lambda: forget_tables(["membership_tag"]))()
    assert 0 < count_words() < before
    assert found("changke") == set()
    assert found("csy", Member)


def test_a_command_builds_what_is_named(migrated_url: str, app: Flask, tmp_path: Path) -> None:
    missed = add_tag_past_the_session("敏感肌")
    console = Shell(migrated_url, tmp_path / "cli")
    done = console("search", "rebuild", "membership_tag")
    assert done.exit_code == 0, done.stderr
    assert "membership_tag: 1 rows" in done.stdout
    assert found("mgj") == {missed}
    assert console("search", "rebuild").exit_code == 0
    refused = console("search", "rebuild", "elsewhere")
    assert refused.exit_code == 2
    assert "elsewhere" in refused.stderr
