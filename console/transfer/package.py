"""Opening the parts of an .xlsx, which is a zip of XML, without trusting any of it."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from console.i18n import _
from console.transfer.badfile import BadFile

CHUNK = 64 * 1024

#: What the readers of zip and XML raise over bytes that are not what they claim to be; what
#: defusedxml refuses is a ValueError.
BROKEN = (
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SAXException,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is taken in; beyond it the file is refused before it can do harm."""

    file_bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 120 * 1024 * 1024
    unpacked_ratio: int = 200
    parts: int = 2_000
    rows: int = 50_000
    columns: int = 256


def broken() -> BadFile:
    """Return the error of a file that is damaged, or made to do harm."""
    return BadFile("broken", _("The file is damaged. Open it in Excel or WPS and save it again."))


class Package:
    """The parts of an .xlsx by their lower-case names."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._parts = {
            info.filename.replace("\\", "/").lstrip("/").lower(): info
            for info in archive.infolist()
        }
        check_parts(archive.infolist(), limits)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def size(self, name: str) -> int:
        """Return the unpacked size of a part in bytes."""
        return self._parts[name.lower()].file_size

    def open(self, name: str) -> IO[bytes]:
        """Open a part for reading; a part that is missing makes the file a damaged one."""
        if name not in self:
            raise broken()
        try:
            return self._archive.open(self._parts[name.lower()])
        except BROKEN:
            raise broken() from None


@contextmanager
def open_package(path: Path, limits: Limits) -> Iterator[Package]:
    """Open *path* and weigh it, before any of it is unpacked."""
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN:
        raise broken() from None
    with archive:
        yield Package(archive, limits)


def check_parts(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse an archive that is locked, or that would unpack to more than it may."""
    if any(part.flag_bits & 1 for part in parts):
        raise protected()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    # Small files of blank rows shrink a lot; the ratio says something of large ones only.
    swollen = unpacked > limits.unpacked_bytes // 10 and (
        unpacked > limits.unpacked_ratio * max(packed, 1)
    )
    if len(parts) > limits.parts or unpacked > limits.unpacked_bytes or swollen:
        raise BadFile(
            "unpacks_too_big",
            _("The file would unpack to far more than a spreadsheet holds. It was not opened."),
        )


def protected() -> BadFile:
    """Return the error of a file that needs a password."""
    return BadFile(
        "protected",
        _("The file is protected by a password. Save a copy without a password."),
    )


def parse(source: IO[bytes], reader: ContentHandler) -> Iterator[int]:
    """Feed XML to *reader* and say after each piece how many bytes it has had.

    A document type, an entity or an external reference makes the file a damaged one.
    """
    from defusedxml.expatreader import DefusedExpatParser  # only whoever takes a sheet in needs it

    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(reader)
    done = 0
    try:
        while piece := source.read(CHUNK):
            parser.feed(piece)
            done += len(piece)
            yield done
        parser.close()
    except BROKEN:
        raise broken() from None


def parse_part(package: Package, name: str, reader: ContentHandler) -> None:
    """Feed the whole of a part to *reader*."""
    with package.open(name) as source:
        for _done in parse(source, reader):
            pass


def resolve(base: str, target: str) -> str:
    """Return the name of the part that *target* means when the part *base* names it."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), target)).lstrip("/")


def local(name: str) -> str:
    """Return an element's or attribute's name without its prefix."""
    return name.rpartition(":")[2]
