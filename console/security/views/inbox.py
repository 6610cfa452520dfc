"""The inbox of a person: what she has to do, and what she should know."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, request, url_for
from flask_login import current_user

from console import inbox, words
from console.admin import AdminView, page, render
from console.admin.saying import say_done
from console.db import db
from console.i18n import _, gettext
from console.inbox import Notice, NoticeRead
from console.security import rights
from console.security.paths import own_path
from console.security.permissions import USE_CONSOLE

SHOWN = 100
SORTS = ("waiting", "done", "all")


class Inbox(AdminView):
    """To-dos and notices."""

    title = _("Inbox")
    noun = "inbox"
    icon = "inbox"
    group = "home"
    order = 10

    @page("/", needs=USE_CONSOLE)
    def index(self) -> Any:
        """Show the latest notices, to-dos first."""
        sort = request.args.get("show", SORTS[0])
        sort = sort if sort in SORTS else SORTS[0]
        rows = _read(sort)
        tabs = [
            {"label": label, "url": url_for(".index", show=key), "active": key == sort}
            for key, label in zip(SORTS, (_("Waiting"), _("Done"), _("All")), strict=True)
        ]
        return render("system/inbox.html", view=self, rows=rows, tabs=tabs, sort=sort)

    @page("/<int:number>/open", needs=USE_CONSOLE, methods=("POST",))
    def open(self, number: int) -> Any:
        """Mark a notice as read and go where it leads."""
        inbox.mark_read([number])
        notice = db.session.get_one(Notice, number)
        return redirect(own_path(notice.url) if notice.url else url_for(".index"))

    @page("/<int:number>/done", needs=USE_CONSOLE, methods=("POST",))
    def done(self, number: int) -> Any:
        """Mark a to-do as done, with a way back."""
        inbox.mark_done(number)
        undo = url_for(".undone", number=number)
        say_done(gettext("Marked as done"), undo)
        return redirect(url_for(".index"))

    @page("/<int:number>/undone", needs=USE_CONSOLE, methods=("POST",))
    def undone(self, number: int) -> Any:
        """Put a to-do back among what is waiting."""
        inbox.mark_undone(number)
        return redirect(url_for(".index"))

    @page("/read", needs=USE_CONSOLE, methods=("POST",))
    def read(self) -> Any:
        """Mark all notices as read; to-dos stay."""
        inbox.mark_all_read()
        return redirect(url_for(".index"))


def _read(sort: str) -> list[dict[str, Any]]:
    query = sa.select(Notice).where(inbox.is_for_me())
    if sort == "waiting":
        query = query.where(inbox.is_waiting())
    elif sort == "done":
        query = query.where(sa.not_(inbox.is_waiting()))
    query = query.order_by(Notice.todo.desc(), Notice.id.desc()).limit(SHOWN)
    notices = list(db.session.scalars(query))
    seen = set(
        db.session.scalars(
            sa.select(NoticeRead.notice_id).where(
                NoticeRead.user_id == current_user.id,
                NoticeRead.notice_id.in_([notice.id for notice in notices]),
            )
        )
    )
    book = rights.read()
    return [
        {
            "id": notice.id,
            "at": notice.at,
            "title": words.thaw(notice.title),
            "body": words.thaw(notice.body),
            "url": notice.url,
            "store": store.name if (store := book.store(notice.store_id)) else "",
            "todo": notice.todo,
            "open": notice.todo and notice.done_at is None,
            "unread": not notice.todo and notice.id not in seen,
        }
        for notice in notices
    ]
