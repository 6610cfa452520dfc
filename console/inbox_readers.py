"""Notices as each of their readers reads them, for channels that carry them out of the console."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from console import words
from console.db import db
from console.i18n import LOCALES
from console.inbox import Notice
from console.security import rights
from console.security.models import User
from console.security.permissions import all_permissions


@dataclass(frozen=True)
class StaffNotice:
    """What a notice says to one person of the staff, in her language.

    *url* is the path of the page it is about, or empty. A notice that says something new has
    the *id* that it had before.
    """

    id: int
    user_id: int
    title: str
    body: str
    url: str
    todo: bool
    store_id: int | None


def read_notice(notice_id: int) -> list[StaffNotice]:
    """Return a notice for each active person that it is for; nobody once it is done or gone."""
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.done_at is not None:
        return []
    return [_written(notice, user) for user in _readers(notice)]


def _written(notice: Notice, user: User) -> StaffNotice:
    with words.speaking(user.locale or LOCALES[0]):
        title, body = words.thaw(notice.title), words.thaw(notice.body)
    told = (notice.url, notice.todo, notice.store_id)
    return StaffNotice(notice.id, user.id, title, body, *told)


def _readers(notice: Notice) -> Iterable[User]:
    rows = sa.select(User).where(User.active).order_by(User.id)
    if notice.user_id is not None:
        rows = rows.where(User.id == notice.user_id)
    elif notice.permission is not None:
        rows = rows.where(User.id.in_(_holders(notice.permission, notice.store_id)))
    elif notice.store_id is not None:
        return ()
    return db.session.scalars(rows).all()


def _holders(key: str, store_id: int | None) -> list[int]:
    known = (each for group in all_permissions().values() for each in group)
    permission = next((each for each in known if each.key == key), None)
    if permission is None:
        return []
    return [number for number in rights.read().grants if permission.held_by(number, store_id)]
