"""What plugins may say and do when files are merged, and when a member is erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped

from console import api, worker
from console.db import db
from plugins.membership.api import ExportPart, merge_members, move_rows, undo_merge
from plugins.membership.models import Erasure
from plugins.membership.services.contents import contents_of
from plugins.membership.services.copying import parts_of
from plugins.membership.services.erasing import erase_member
from tests.support.app import MakeApp
from tests.support.membership import join
from tests.support.people import add_store

pytestmark = pytest.mark.either_engine


class Locker(api.Model):
    """A locker that a member has."""

    __tablename__ = "lockers_locker"
    scope = api.CHAIN
    id: Mapped[int] = api.column("Number", primary_key=True)
    member_id: Mapped[int] = api.column("Member", sa.ForeignKey("membership_member.id"))
    label: Mapped[str] = api.column("Label", default="")


class Lockers(api.Plugin):
    """A plugin with rows of its own about members."""

    name, version, title, summary = "lockers", "1.0", "Lockers", "Lockers of members."
    requires = {"membership": ">=1"}
    heard: list[tuple[str, Any]] = []

    @api.hookimpl
    def membership_check_merge(self, kept_id: int, gone_id: int) -> str | None:
        """Object while the gone file has a locker that is open."""
        open_one = sa.select(Locker.id).where(Locker.member_id == gone_id, Locker.label == "open")
        return "Her locker is open." if api.db.session.scalar(open_one) else None

    @api.hookimpl
    def membership_merge_contents(self, member_id: int) -> Iterable[tuple[Any, str]]:
        """Say how many lockers a file has."""
        mine = sa.select(sa.func.count()).where(Locker.member_id == member_id)
        return [("Lockers", str(api.db.session.scalar(mine)))]

    @api.hookimpl
    def membership_member_merging(self, kept_id: int, gone_id: int) -> None:
        """Move the lockers."""
        move_rows(Locker.member_id, kept_id, gone_id)

    @api.hookimpl
    def membership_member_unmerging(self, kept_id: int, gone_id: int) -> None:
        """Lockers go back by themselves."""
        self.heard.append(("unmerging", (kept_id, gone_id)))

    @api.hookimpl
    def membership_member_erasing(self, member_id: int) -> None:
        """Forget what is written on her lockers."""
        mine = Locker.member_id == member_id
        api.db.session.execute(sa.update(Locker).where(mine).values(label=""))

    @api.hookimpl
    def membership_export_parts(self, member_id: int) -> Iterable[ExportPart]:
        """Return her lockers."""
        mine = api.db.session.scalars(sa.select(Locker).where(Locker.member_id == member_id))
        yield ExportPart("lockers", "Lockers", [{"label": locker.label} for locker in mine])

    @api.hookimpl
    def membership_member_merged(self, kept_id: int, gone_id: int) -> None:
        """Told after the commit."""
        self.heard.append(("merged", (kept_id, gone_id)))

    @api.hookimpl
    def membership_member_erased(self, member_id: int) -> None:
        """Told after the commit."""
        self.heard.append(("erased", member_id))


@pytest.fixture
def house(make_app: MakeApp) -> Flask:
    """The application with the lockers."""
    Lockers.heard = []
    made = make_app(plugins=(Lockers,), check_schema=False)
    with made.app_context():
        Locker.__table__.create(db.engine)
    return made


@pytest.fixture
def pair(house: Flask) -> tuple[int, int]:
    with house.app_context():
        here = add_store()
        return join("Anna", here, None).id, join("Anna", here, None).id


@api.unit
def add_locker(member_id: int, label: str) -> None:
    api.db.session.add(Locker(member_id=member_id, label=label))


def lockers_of(member_id: int) -> list[str]:
    api.db.session.rollback()
    mine = sa.select(Locker.label).where(Locker.member_id == member_id)
    return list(api.db.session.scalars(mine))


def test_rows_of_plugins_go_along_and_come_back(house: Flask, pair: tuple[int, int]) -> None:
    kept, gone = pair
    with house.app_context():
        add_locker(gone, "12")
        assert contents_of(gone)["Lockers"] == "1"
        merge = merge_members(kept, gone).id
        assert (lockers_of(kept), lockers_of(gone)) == (["12"], [])
        undo_merge(merge)
        assert (lockers_of(kept), lockers_of(gone)) == ([], ["12"])
        worker.drain(house)
        assert Lockers.heard == [("unmerging", pair), ("merged", pair)]


def test_a_plugin_may_object_to_a_merge(house: Flask, pair: tuple[int, int]) -> None:
    with house.app_context():
        add_locker(pair[1], "open")
        with pytest.raises(api.Refused, match="Her locker is open"):
            merge_members(*pair)


def test_a_plugin_erases_and_hands_out_its_own(house: Flask, pair: tuple[int, int]) -> None:
    with house.app_context():
        add_locker(pair[0], "Anna's")
        parts = {part.key: part.rows for part in parts_of(pair[0])}
        assert parts["lockers"] == [{"label": "Anna's"}]
        assert erase_member(agreed_wish(pair[0]))
        assert lockers_of(pair[0]) == [""]
        worker.drain(house)
        assert ("erased", pair[0]) in Lockers.heard


@api.unit
def agreed_wish(member_id: int) -> int:
    wish = Erasure(member_id=member_id, state="agreed", channel="counter", asked_at=api.now())
    api.db.session.add(wish)
    api.db.session.flush()
    return int(wish.id)
