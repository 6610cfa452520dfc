"""The staff inbox: things to do and things to know, for a person or for all who may act on them."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped

from console import clock, words
from console.db import CHAIN, Model, column, db
from console.errors import NotFound
from console.hookspecs import console_notice_sent
from console.i18n import _
from console.security.actors import actor
from console.security.permissions import Permission, all_permissions
from console.unit import after_commit, unit

#: Seconds for which the figure at the bell may be old.
BELL_AGE = 20
BELL_MOST = 100
#: What nobody looked at for so long is no news.
NEWS = dt.timedelta(days=60)
KEEP = dt.timedelta(days=365)


class Notice(Model):
    """Something to do or to know; a to-do is open until somebody has done it."""

    __tablename__ = "console_notice"
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    at: Mapped[dt.datetime] = column(_("Time"), index=True)
    title: Mapped[dict[str, Any]] = column(_("Notice"))
    body: Mapped[dict[str, Any]] = column(_("Text"))
    url: Mapped[str] = column(_("Link"))
    store_id: Mapped[int | None] = column(_("Store"), sa.ForeignKey("console_store.id"))
    permission: Mapped[str | None] = column(_("Permission"))
    user_id: Mapped[int | None] = column(
        _("Staff"), sa.ForeignKey("console_user.id", ondelete="CASCADE"), index=True
    )
    todo: Mapped[bool] = column(_("To do"))
    key: Mapped[str | None] = column(_("Key"), unique=True)
    done_at: Mapped[dt.datetime | None] = column(_("Done at"))
    done_by: Mapped[int | None] = column(_("Done by"), sa.ForeignKey("console_user.id"))


class NoticeRead(Model):
    """That a person has read a notice."""

    __tablename__ = "console_notice_read"
    scope = CHAIN
    notice_id: Mapped[int] = column(
        _("Notice"), sa.ForeignKey("console_notice.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = column(
        _("Staff"), sa.ForeignKey("console_user.id", ondelete="CASCADE"), primary_key=True
    )


@unit
def notify(
    title: Any,
    body: Any = "",
    *,
    url: str = "",
    store_id: int | None = None,
    permission: Permission | None = None,
    user_id: int | None = None,
    todo: bool = False,
    key: str | None = None,
) -> None:
    """Put a notice into the inbox of one person, or of all who hold *permission* in a store.

    Marked words are shown to each reader in her own language. A *key* makes the call
    repeatable: while a notice of that key is open, a second one changes it instead.
    """
    after_commit(_forget_counts)
    values = {
        "at": clock.now(),
        "title": words.freeze(title),
        "body": words.freeze(body),
        "url": url,
        "store_id": store_id,
        "permission": permission.key if permission else None,
        "user_id": user_id,
        "todo": todo,
    }
    known = _open(key) if key else None
    if known is not None and known.done_at is None:
        _renew(known, values)
        return
    if known is not None:
        known.key = None
        db.session.flush()
    made = sa.insert(Notice).values(**values, key=key).returning(Notice.id)
    _announce(db.session.scalar(made))


def _announce(notice_id: int | None) -> None:
    current_app.extensions["console"].emit(console_notice_sent, notice_id=notice_id)


def _renew(notice: Notice, values: dict[str, Any]) -> None:
    """Let an open notice say what is true now; if that is news, nobody has read it."""
    changed = notice.title != values["title"] or notice.body != values["body"]
    for name, value in values.items():
        if name != "at" or changed:
            setattr(notice, name, value)
    if changed:
        db.session.execute(sa.delete(NoticeRead).where(NoticeRead.notice_id == notice.id))
        _announce(notice.id)


@unit
def settle(key: str) -> None:
    """Mark the notice of this key as done, because what it asked for has happened."""
    notice = _open(key)
    if notice is not None and notice.done_at is None:
        notice.done_at, notice.done_by = clock.now(), actor().user_id
        after_commit(_forget_counts)


@unit
def mark_done(notice_id: int) -> None:
    """Mark a to-do that the person sees as done, for everybody who sees it."""
    notice = _mine(notice_id)
    if notice.done_at is None:
        notice.done_at, notice.done_by = clock.now(), actor().user_id
    after_commit(_forget_counts)


@unit
def mark_undone(notice_id: int) -> None:
    """Put a to-do back among what is open."""
    notice = _mine(notice_id)
    notice.done_at = notice.done_by = None
    after_commit(_forget_counts)


@unit
def mark_read(notice_ids: Iterable[int]) -> None:
    """Note that the person has read these notices."""
    user_id = actor().user_id
    for number in sorted(set(notice_ids)):
        if user_id and db.session.get(NoticeRead, (number, user_id)) is None:
            db.session.add(NoticeRead(notice_id=_mine(number).id, user_id=user_id))
    after_commit(_forget_counts)


@unit
def mark_all_read() -> None:
    """Note that the person has read all that she has; to-dos stay open."""
    wanted = sa.select(Notice.id).where(is_for_me(), ~Notice.todo, is_unread())
    mark_read(db.session.scalars(wanted).all())


def is_for_me() -> sa.ColumnElement[bool]:
    """Return the condition that a notice is for the person who acts."""
    user_id = actor().user_id
    mine = [Notice.user_id == user_id]
    everybody = Notice.user_id.is_(None)
    mine.append(sa.and_(everybody, Notice.permission.is_(None), Notice.store_id.is_(None)))
    by_reach: dict[frozenset[int] | None, list[str]] = {}
    for permission in (p for group in all_permissions().values() for p in group):
        reach = permission.stores()
        if reach is None or reach:
            by_reach.setdefault(reach, []).append(permission.key)
    for reach, keys in by_reach.items():
        here = sa.true() if reach is None else _in_stores(reach)
        mine.append(sa.and_(everybody, Notice.permission.in_(keys), here))
    return sa.or_(*mine)


def _in_stores(reach: frozenset[int]) -> sa.ColumnElement[bool]:
    return sa.or_(Notice.store_id.is_(None), Notice.store_id.in_(reach))


def is_unread() -> sa.ColumnElement[bool]:
    """Return the condition that the person has not read a notice."""
    read = sa.select(NoticeRead.notice_id).where(
        NoticeRead.notice_id == Notice.id, NoticeRead.user_id == actor().user_id
    )
    return ~read.exists()


def is_waiting() -> sa.ColumnElement[bool]:
    """Return the condition that the bell counts a notice: an open to-do, or unread news."""
    news = sa.and_(~Notice.todo, is_unread(), Notice.at > clock.now() - NEWS)
    return sa.or_(sa.and_(Notice.todo, Notice.done_at.is_(None)), news)


def count_waiting() -> int:
    """Return the figure at the bell: open to-dos and unread news, up to a hundred.

    It is remembered for some seconds; what is done in this process shows at once.
    """
    user_id = actor().user_id
    if user_id is None:
        return 0
    counts, place = _counts(), (db.engine.url.database, user_id)
    kept = counts.get(place)
    if kept is None or kept[0] < time.monotonic():
        few = sa.select(Notice.id).where(is_for_me(), is_waiting()).limit(BELL_MOST).subquery()
        number = db.session.scalar(sa.select(sa.func.count()).select_from(few)) or 0
        kept = counts[place] = (time.monotonic() + BELL_AGE, number)
    return kept[1]


@unit
def prune() -> None:
    """Forget what is older than a year."""
    db.session.execute(sa.delete(Notice).where(Notice.at < clock.now() - KEEP))


def _open(key: str) -> Notice | None:
    return db.session.scalars(sa.select(Notice).where(Notice.key == key).with_for_update()).first()


def _mine(notice_id: int) -> Notice:
    notice = db.session.scalars(
        sa.select(Notice).where(Notice.id == notice_id, is_for_me())
    ).first()
    if notice is None:
        raise NotFound(_("There is no such notice."))
    return notice


def _counts() -> dict[tuple[str | None, int], tuple[float, int]]:
    counts: dict[tuple[str | None, int], tuple[float, int]]
    counts = current_app.extensions.setdefault("console_bell", {})
    return counts


def _forget_counts() -> None:
    _counts().clear()
