"""Jobs: what takes longer than a request, how far it is, and how it ended."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, jsonify, redirect, url_for

from console import jobs
from console.admin.shell import render
from console.admin.system.permissions import VIEW_JOBS
from console.admin.values import format_moment, reader_zone
from console.admin.views import AdminView, page
from console.db import db
from console.files import StoredFile
from console.i18n import _, gettext
from console.jobs import StoredJob
from console.security import actor
from console.security.permissions import USE_CONSOLE

#: How many jobs the page shows, the newest first.
MOST = 100
RUNNING = ("waiting", "running")


class Jobs(AdminView):
    """Everybody sees her own jobs; who may, sees those of all."""

    title = _("Jobs")
    noun = "jobs"
    icon = "hourglass"
    order = 85

    @page("/", needs=USE_CONSOLE)
    def index(self) -> str:
        """List the newest jobs."""
        wanted = sa.select(StoredJob).where(StoredJob.slot.is_(None))
        if not VIEW_JOBS.held_everywhere():
            wanted = wanted.where(StoredJob.user_id == actor().user_id)
        rows = db.session.scalars(wanted.order_by(StoredJob.id.desc()).limit(MOST)).all()
        return render("system/jobs.html", view=self, jobs=[describe(row) for row in rows])

    @page("/<int:number>/", needs=USE_CONSOLE)
    def show(self, number: int) -> str:
        """Show one job with its progress."""
        return render("system/job.html", view=self, job=describe(find(number)))

    @page("/<int:number>/state/", needs=USE_CONSOLE)
    def state(self, number: int) -> Any:
        """Answer how far a job is, for a page that waits for it."""
        return jsonify(describe(find(number)))

    @page("/<int:number>/cancel/", needs=USE_CONSOLE, methods=("POST",))
    def cancel(self, number: int) -> Any:
        """Ask a job to stop."""
        jobs.cancel_job(find(number).id)
        flash(gettext("The job was asked to stop."), "success")
        return redirect(url_for(".show", number=number))

    @page("/<int:number>/retry/", needs=USE_CONSOLE, methods=("POST",))
    def retry(self, number: int) -> Any:
        """Begin a failed or cancelled job again."""
        jobs.retry_job(find(number).id)
        flash(gettext("The job begins again."), "success")
        return redirect(url_for(".show", number=number))


def find(number: int) -> StoredJob:
    """Return a job that is the person's own, or any if she may see all; else 404."""
    row = db.session.get(StoredJob, number) if number < 2**63 else None
    own = row is not None and row.user_id is not None and row.user_id == actor().user_id
    if row is None or not (own or VIEW_JOBS.held_everywhere()):
        abort(404)
    return row


def describe(row: StoredJob) -> dict[str, Any]:
    """Return what a page shows of a job, as plain values."""
    file = db.session.get(StoredFile, row.file_id) if row.file_id else None
    running = row.state in RUNNING
    return {
        "id": row.id,
        "title": str(jobs.title_of(row.key)),
        "state": row.state,
        "state_label": str(dict(jobs.STATES).get(row.state, row.state)),
        "done": row.done,
        "total": row.total,
        "text": row.text,
        "problem": row.problem,
        "running": running,
        "stopping": row.stopping and running,
        "stored_at": format_moment(row.stored_at, reader_zone()),
        "url": url_for("console_jobs.show", number=row.id),
        "state_url": url_for("console_jobs.state", number=row.id),
        "cancel_url": url_for("console_jobs.cancel", number=row.id) if running else None,
        "retry_url": (
            url_for("console_jobs.retry", number=row.id)
            if row.state in ("failed", "cancelled")
            else None
        ),
        "bulk": (row.result or {}).get("bulk"),
        "file": {"name": file.name, "url": file.url} if file is not None else None,
    }
