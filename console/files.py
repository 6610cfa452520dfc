"""Files: checked by their content, kept once, private unless marked."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import re
import tempfile
import unicodedata
import zipfile
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from flask import Blueprint, Flask, current_app, send_file, url_for
from sqlalchemy.orm import Mapped

from console import clock
from console.db import CHAIN, Model, column, db
from console.errors import NotFound, Refused
from console.i18n import _
from console.security import people
from console.security.actors import actor
from console.security.guard import open_to
from console.security.permissions import Permission, all_permissions
from console.unit import after_commit, unit

FileKind = Literal["image", "sheet", "document"]
KINDS: tuple[FileKind, ...] = ("image", "sheet", "document")
MOST_BYTES = {"image": 15 << 20, "sheet": 30 << 20, "document": 15 << 20}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/pdf": ".pdf",
    "text/csv": ".csv",
    XLSX: ".xlsx",
}
PUBLIC = "public, max-age=86400"
#: What a browser may show by itself; all else is a download.
SHOWN = frozenset({"image/jpeg", "image/png"})
#: A file that forgets what it is must not become a page of ours.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

files = Blueprint("files", __name__)


class StoredFile(Model):
    """A file that was taken in; its bytes lie in `instance/files/<sha256>`."""

    __tablename__ = "console_file"
    scope = CHAIN
    label_column = "name"
    id: Mapped[int] = column(_("Number"), primary_key=True)
    sha256: Mapped[str] = column(_("Fingerprint"), index=True)
    name: Mapped[str] = column(_("File"))
    kind: Mapped[str] = column(_("Kind"))
    content_type: Mapped[str] = column(_("Content type"))
    size: Mapped[int] = column(_("Size"))
    #: Anybody who has the link may see it.
    public: Mapped[bool] = column(_("Public"), default=False)
    #: The key of the permission that opens it; without one only who added it may see it.
    needs: Mapped[str | None] = column(_("Permission"))
    store_id: Mapped[int | None] = column(_("Store"))
    created_at: Mapped[dt.datetime] = column(_("Added at"))
    created_by: Mapped[int | None] = column(_("Added by"))

    @property
    def url(self) -> str:
        """The address of the file on this console."""
        return url_for("files.send", file_id=self.id, name=self.name)

    @property
    def place(self) -> Path:
        """Where the bytes lie; there are none when they were dropped."""
        return path_of(self.sha256 or "-")

    def read(self) -> bytes:
        """Return the bytes."""
        return path_of(self.sha256).read_bytes()


def install(app: Flask) -> None:
    """Serve kept files from *app*."""
    app.register_blueprint(files)


def keep_file(
    data: bytes,
    name: str,
    *,
    kind: FileKind,
    public: bool = False,
    needs: Permission | None = None,
    store_id: int | None = None,
) -> StoredFile:
    """Check, clean and keep a file; raises `Refused` when it is not what *kind* says.

    A private file opens for holders of *needs* (in *store_id*, if given), else only for who
    added it. Pictures are drawn anew, which takes up to a second: outside a unit if you can.
    """
    if not data:
        raise Refused(_("The file is empty."))
    if len(data) > MOST_BYTES[kind]:
        raise Refused(_("The file is larger than %(count)s MB.", count=MOST_BYTES[kind] >> 20))
    content_type = _detect(data, kind)
    if kind == "image":
        from console.pictures import draw_anew  # Pillow takes 4 MB of a process

        data, content_type = draw_anew(data)
    sha256 = _write(data)
    return _store(
        sha256=sha256,
        name=clean_name(name, SUFFIXES[content_type]),
        kind=kind,
        content_type=content_type,
        size=len(data),
        public=public,
        needs=needs.key if needs else None,
        store_id=store_id,
    )


@unit
def _store(**values: Any) -> StoredFile:
    file = StoredFile(**values, created_at=clock.now(), created_by=actor().user_id)
    db.session.add(file)
    db.session.flush()
    return file


def drop_bytes(file: StoredFile) -> None:
    """Remove what a file holds once the running unit has committed; its row stays."""
    place = path_of(file.sha256)
    others = sa.select(StoredFile.id).where(
        StoredFile.sha256 == file.sha256, StoredFile.id != file.id, StoredFile.size > 0
    )
    if db.session.scalar(others.limit(1)) is None:
        after_commit(lambda: place.unlink(missing_ok=True))
    file.size = 0
    file.sha256 = ""
    file.name = clean_name("", Path(file.name).suffix)


def path_of(sha256: str) -> Path:
    """Return where the bytes of a file lie."""
    return _folder() / sha256


def clean_name(name: str, suffix: str) -> str:
    """Return a file name without folders, control characters and a misleading ending."""
    plain = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "C").strip(" .")
    stem = plain.rpartition(".")[0] or plain
    return f"{stem[:100] or 'file'}{suffix}"


def may_open(file: StoredFile) -> bool:
    """Tell whether who acts may see a file."""
    if file.public:
        return True
    who = actor()
    if who.user_id is None:
        return False
    if file.needs is None:
        return file.created_by == who.user_id
    known = {p.key: p for group in all_permissions().values() for p in group}
    needed = known.get(file.needs)
    return needed is not None and needed.held(file.store_id)


@files.get("/files/<int:file_id>/<path:name>")
@open_to("anyone")
def send(file_id: int, name: str) -> Any:
    """Send a file to whoever may see it; to all others there is none."""
    file = db.session.get(StoredFile, file_id) if file_id < 2**63 else None
    person = people.person()
    locked = person is not None and person.locked
    if file is None or not file.sha256 or not may_open(file) or (locked and not file.public):
        raise NotFound(_("There is no such file."))
    response = send_file(
        path_of(file.sha256),
        mimetype=file.content_type,
        as_attachment=file.content_type not in SHOWN,
        download_name=file.name,
        etag=file.sha256,
        conditional=True,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = (
        "public, max-age=86400" if file.public else "private, no-cache"
    )
    return response


def _detect(data: bytes, kind: FileKind) -> str:
    """Return the content type that the bytes themselves tell."""
    if kind == "image":
        if data[:3] == b"\xff\xd8\xff" or data[:8] == b"\x89PNG\r\n\x1a\n":
            return "image/png" if data[:1] == b"\x89" else "image/jpeg"
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return "image/webp"
        raise Refused(_("Only JPEG, PNG and WebP pictures can be kept."))
    if kind == "document":
        if data[:5] == b"%PDF-":
            return "application/pdf"
        raise Refused(_("Only PDF documents can be kept."))
    if data[:2] == b"PK":
        if _is_workbook(data):
            return XLSX
    elif b"\0" not in data[:65_536] and data.lstrip()[:1] != b"<" and data[:5] != b"%PDF-":
        return "text/csv"
    raise Refused(_("Only XLSX and CSV sheets can be kept."))


def _is_workbook(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = [n.replace("\\", "/").lstrip("/").lower() for n in package.namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return any(n.startswith("xl/") and "workbook" in n and n.endswith(".xml") for n in names)


def _write(data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    place = path_of(sha256)
    if place.exists():
        return sha256
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as draft:
        draft.write(data)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).rename(place)
    return sha256


def _folder() -> Path:
    instance: Path = current_app.extensions["console_config"].instance
    return instance / "files"
