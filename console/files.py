"""Files: kept once by their content, private unless marked."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy.orm import Mapped

from console.db import CHAIN, Model, column
from console.i18n import _

FileKind = Literal["image", "sheet", "document"]


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
    public: Mapped[bool] = column(_("Public"), default=False)
    created_at: Mapped[dt.datetime] = column(_("Added at"))
    created_by: Mapped[int | None] = column(_("Added by"))


def keep_file(data: bytes, name: str, *, kind: FileKind, public: bool = False) -> StoredFile:
    """Check, clean and keep a file, in a unit."""
    raise NotImplementedError
