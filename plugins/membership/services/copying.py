"""A copy of all that is kept about a member: for reading, and for taking elsewhere."""

from __future__ import annotations

import datetime as dt
import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app, render_template

from console import api
from console.api import _
from plugins.membership.hookspecs import ExportPart, membership_export_parts
from plugins.membership.models import Alias, DataCopy, HistoryLine, Member, Photo
from plugins.membership.services.birthdays import show_birthday
from plugins.membership.services.consents import words_of
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.filing import birthday_of
from plugins.membership.services.id_documents import id_of
from plugins.membership.services.movements import tell_movements
from plugins.membership.services.moving import write_plain

#: So long a copy waits to be fetched.
KEEP = dt.timedelta(days=7)
#: More lines of spending than these are not in a copy.
MOST_LINES = 20_000


@api.unit
def ask_copy(member_id: int, channel: str) -> DataCopy:
    """Have the worker make a copy of a member's data; one that is being made is not begun anew."""
    member = api.db.session.get_one(Member, member_id)
    if member.gone_at is not None:
        raise api.Conflict(_("This file was merged or erased meanwhile."))
    waiting = sa.select(DataCopy).where(
        DataCopy.member_id == member_id,
        DataCopy.ready_at.is_(None),
        DataCopy.asked_at > api.now() - dt.timedelta(hours=1),
    )
    known: DataCopy | None = api.db.session.scalars(waiting.limit(1)).first()
    if known is not None:
        return known
    who = api.actor()
    copy = DataCopy(
        member_id=member_id,
        channel=channel,
        asked_at=api.now(),
        user_name=who.name if who.user_id else "",
    )
    api.db.session.add(copy)
    api.db.session.flush()
    copy.job_id = api.start_job(make_copy, copy_id=copy.id)
    store_id = member.home_store_id
    title = _("Asked for a copy of a member's data")
    api.record_audit("membership.data_copy", member, store_id=store_id, title=title)
    return copy


@api.job(_("Make a copy of a member's data"))
def make_copy(run: api.JobRun, copy_id: int) -> dict[str, Any] | None:
    """Write the copy and note where it lies."""
    copy = api.db.session.get(DataCopy, copy_id)
    if copy is None or copy.ready_at is not None:
        return None
    member = api.db.session.get_one(Member, copy.member_id)
    if member.gone_at is not None:
        return None
    data = pack(member, parts_of(member.id))
    name = f"{copy_id}-{secrets.token_hex(16)}.zip"
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder() / name).write_bytes(data)
    _note_ready(copy_id, name)
    return None


def folder() -> Path:
    """Return where copies lie until they are fetched or their time is over."""
    return Path(current_app.instance_path) / "copies"


def copies_of(member_id: int) -> list[DataCopy]:
    """Return the copies of a member's data that can be fetched or are being made."""
    fresh = sa.select(DataCopy).where(
        DataCopy.member_id == member_id, DataCopy.asked_at > api.now() - KEEP
    )
    return list(api.db.session.scalars(fresh.order_by(DataCopy.id.desc()).limit(5)))


def find_copy(member_id: int, copy_id: int) -> Path:
    """Return where a member's copy lies; `NotFound` when there is none, or none any more."""
    copy = api.db.session.get(DataCopy, copy_id) if copy_id < 2**63 else None
    if copy is None or copy.member_id != member_id or not copy.path:
        raise api.NotFound(_("There is no such copy."))
    place = folder() / copy.path
    if copy.asked_at < api.now() - KEEP or not place.exists():
        raise api.NotFound(_("This copy was removed; ask for a new one."))
    return place


def drop_copy(copy: DataCopy) -> None:
    """Remove a copy once the running unit has committed."""
    if copy.path:
        place = folder() / copy.path
        api.after_commit(lambda: place.unlink(missing_ok=True))
    api.db.session.delete(copy)


@api.unit
def drop_old_copies() -> None:
    """Remove the copies that nobody fetched in time; the worker's nightly act."""
    old = sa.select(DataCopy).where(DataCopy.asked_at < api.now() - KEEP)
    for copy in api.db.session.scalars(old):
        drop_copy(copy)


def parts_of(member_id: int) -> list[ExportPart]:
    """Return all that plugins keep about a member."""
    told = api.answers(membership_export_parts, member_id=member_id)
    return [part for answer in told for part in answer]


def own_parts(member_id: int) -> Iterator[ExportPart]:
    """Yield what membership and the ledger keep about a member."""
    member = api.db.session.get_one(Member, member_id)
    yield ExportPart("member", _("Member file"), [_file_of(member)], _labels())
    held = holdings_of(member_id)
    balances = {
        "principal": api.format_fen(held.principal_fen),
        "bonus": api.format_fen(held.bonus_fen),
        "points": held.points,
        "owing": api.format_fen(held.owing_fen),
        "sessions": dict(held.sessions),
    }
    names = {
        "principal": _("Principal"),
        "bonus": _("Bonus"),
        "points": _("Points"),
        "owing": _("Owing"),
        "sessions": _("Sessions"),
    }
    yield ExportPart("balances", _("Balances"), [balances], names)
    yield ExportPart("spending", _("Spending history"), list(_spending(member_id)), SPENDING)
    noted = id_of(member_id)
    if noted is not None:
        row = {"kind": noted.kind, "number": f"**** {noted.tail}"}
        labels = {"kind": _("Document"), "number": _("Number of the document")}
        yield ExportPart("id", _("ID document"), [row], labels)
    yield ExportPart("consents", _("Consents"), list(_consents(member_id)), CONSENTS)
    yield ExportPart("history", _("History of the file"), list(_history(member_id)), HISTORY)
    photos = api.db.session.scalars(sa.select(Photo).where(Photo.member_id == member_id)).all()
    files = {f"photos/{photo.id}-{photo.file.name}": photo.file.place for photo in photos}
    rows = [
        {"file": name, "note": photo.note, "added_at": photo.added_at.isoformat()}
        for name, photo in zip(files, photos, strict=True)
    ]
    labels = {"file": _("File"), "note": _("Note"), "added_at": _("Added at")}
    yield ExportPart("photos", _("Photos"), rows, labels, files)


SPENDING = {
    "at": _("Time"),
    "what": _("What happened"),
    "detail": _("Details"),
    "amount": _("Amount"),
}
CONSENTS = {
    "purpose": _("Purpose"),
    "given": _("Given"),
    "version": _("Version of the text"),
    "at": _("Time"),
    "channel": _("Channel"),
}
HISTORY = {"at": _("Time"), "what": _("What happened"), "facts": _("Details")}


def pack(member: Member, parts: list[ExportPart]) -> bytes:
    """Return a ZIP with the data as JSON, as a page for reading, and the files."""
    told = {
        "member": member.number,
        "copied_at": api.now().isoformat(),
        "parts": {part.key: [dict(row) for row in part.rows] for part in parts},
    }
    page = render_template("membership/copy.html", member=member, parts=parts, at=api.now())
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=2, default=str))
        package.writestr("index.html", page)
        for part in parts:
            for name, place in part.files.items():
                if place.exists():
                    package.write(place, name)
    return made.getvalue()


@api.unit
def _note_ready(copy_id: int, name: str) -> None:
    copy = api.db.session.get_one(DataCopy, copy_id)
    copy.path, copy.ready_at = name, api.now()


#: Search keys and counters that say nothing about her.
UNTOLD = ("id", "version", "pinyin", "initials", "phone_tail", "gone_at", "merged_into_id")


def _file_of(member: Member) -> dict[str, Any]:
    birthday = birthday_of(member)
    told = {
        column.name: write_plain(getattr(member, column.name))
        for column in Member.__table__.columns
        if column.name not in UNTOLD and not column.name.startswith("birth_")
    }
    aliases = sa.select(Alias.number).where(Alias.member_id == member.id)
    return {
        **told,
        "birthday": show_birthday(birthday) if birthday else "",
        "home_store_id": member.home_store.name,
        "consultant_id": member.consultant.name if member.consultant else "",
        "tags": [tag.shown_name for tag in member.tags],
        "stores": [store.name for store in member.stores],
        "earlier_numbers": list(api.db.session.scalars(aliases)),
    }


def _labels() -> dict[str, Any]:
    labels = {column.name: column.info.get("label") for column in Member.__table__.columns}
    return labels | {
        "birthday": _("Birthday"),
        "tags": _("Tags"),
        "stores": _("Known in stores"),
        "earlier_numbers": _("Earlier numbers"),
    }


def _spending(member_id: int) -> Iterator[dict[str, Any]]:
    for moment in tell_movements(member_id, None, MOST_LINES, to_her=True):
        yield {
            "at": moment.at.isoformat(),
            "what": moment.text,
            "detail": moment.detail,
            "amount": moment.figure,
        }


def _consents(member_id: int) -> Iterator[dict[str, Any]]:
    for word in words_of(member_id):
        yield {
            "purpose": word.purpose,
            "given": word.given,
            "version": word.version,
            "at": word.at.isoformat(),
            "channel": word.channel,
        }


def _history(member_id: int) -> Iterator[dict[str, Any]]:
    lines = sa.select(HistoryLine).where(HistoryLine.member_id == member_id)
    for line in api.db.session.scalars(lines.order_by(HistoryLine.id)):
        yield {"at": line.at.isoformat(), "what": line.kind, "facts": dict(line.facts)}
