"""Telling what a file is from what it holds; its name proves nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

from console.i18n import _
from console.transfer.badfile import BadFile
from console.transfer.package import BROKEN, Limits, broken, protected

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD_BOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_OTHERS = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b",
    b"{\\rtf", b"RIFF", b"BM", b"II*\x00", b"MM\x00*", b"SQLite format 3", b"\x7fELF", b"MZ",
)  # fmt: skip
_MARKS_OF_TEXT = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def recognise(path: Path, limits: Limits) -> Literal["xlsx", "text"]:
    """Say how to read *path*, or refuse it by the name of what it is."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise BadFile(
            "too_big",
            _("The file is larger than %(limit)s MB.", limit=limits.file_bytes // 1024**2),
        )
    if not size:
        raise BadFile("empty", _("The file is empty."))
    with path.open("rb") as source:
        head = source.read(4096)
    if head.startswith(_OLE):
        raise _ole_error(path.read_bytes())
    if head.startswith(_ZIP):
        return _recognise_zip(path)
    if not _may_be_text(head):
        raise wrong_type()
    return "text"


def wrong_type() -> BadFile:
    """Return the error of a file that is no spreadsheet at all."""
    return BadFile(
        "wrong_type",
        _("This file is not a spreadsheet. Choose an .xlsx, .csv or .tsv file."),
    )


def save_again() -> BadFile:
    """Return the error of a spreadsheet of a kind that is not read here."""
    return BadFile(
        "other_spreadsheet",
        _("This kind of spreadsheet cannot be read. Open it and save it as .xlsx."),
    )


def _ole_error(content: bytes) -> BadFile:
    if _ENCRYPTED in content:
        return protected()
    if any(name in content for name in _OLD_BOOKS):
        return BadFile(
            "old_xls",
            _("This is an old .xls file. Open it in Excel or WPS and save it as .xlsx."),
        )
    return wrong_type()


def _recognise_zip(path: Path) -> Literal["xlsx"]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()}
    except BROKEN:
        raise broken() from None
    if "xl/workbook.xml" in names or any(_is_main_sheet(name) for name in names):
        return "xlsx"
    if names & {"xl/workbook.bin", "content.xml", "index/document.iwa"}:
        raise save_again()
    raise wrong_type()


def _is_main_sheet(name: str) -> bool:
    return name.startswith("xl/") and name.endswith(".xml") and "workbook" in name


def _may_be_text(head: bytes) -> bool:
    if head.startswith(_MARKS_OF_TEXT):
        return True
    if head.startswith(_OTHERS):
        return False
    start = head.lstrip()[:200].lower()
    # Some vendors call a web page, or XML of 2003, an .xls file.
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"<head")):
        raise save_again()
    printable = sum(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
    return printable >= 0.98 * len(head) or head.count(0) >= 0.3 * len(head)
