"""Pictures of technicians and of their works, small enough for a phone."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Work
from plugins.salon.api import Staff

MOST_WORKS = 12
QUALITY = 78


def works_of(staff_id: int) -> list[Work]:
    """Return the pictures of a technician's works, the latest first."""
    rows = sa.select(Work).where(Work.staff_id == staff_id).order_by(Work.id.desc())
    return list(api.db.session.scalars(rows))


def add_work(staff: Staff, data: bytes, name: str, note: str = "") -> None:
    """Add a picture to a technician's profile; raises `Refused`."""
    if len(works_of(staff.id)) >= MOST_WORKS:
        raise api.Refused(_("%(count)s pictures are enough; remove one first.", count=MOST_WORKS))
    file = api.keep_file(data, name, kind="image", public=True)
    _hang(staff, file.id, note)


@api.unit
def _hang(staff: Staff, file_id: int, note: str) -> None:
    work = Work(staff_id=staff.id, file_id=file_id, note=note.strip()[:80], added_at=api.now())
    api.db.session.add(work)
    api.db.session.flush()
    api.record_audit("booking.work_added", staff, title=_("Added a picture of a work"))


@api.unit
def drop_work(staff_id: int, number: int) -> None:
    """Take a picture from a technician's profile; raises `NotFound` when it is none of hers."""
    work = api.db.session.get(Work, number)
    if work is None or work.staff_id != staff_id:
        raise api.NotFound(_("There is no such picture."))
    staff = api.db.session.get_one(Staff, staff_id)
    api.record_audit("booking.work_dropped", staff, title=_("Removed a picture of a work"))
    api.db.session.delete(work)


def shrink(file: api.StoredFile, side: int) -> bytes:
    """Return a picture as a JPEG whose longer side has so many pixels at most."""
    return _shrunk(file.place, side)


@lru_cache(maxsize=128)
def _shrunk(place: Path, side: int) -> bytes:
    from PIL import Image  # 4 MB, which most processes never need

    with Image.open(place) as picture:
        picture.draft("RGB", (side, side))
        small = picture.convert("RGB")
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
