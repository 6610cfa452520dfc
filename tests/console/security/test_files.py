"""Files: judged by what they hold, private unless said otherwise."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from flask import Flask
from openpyxl import Workbook
from PIL import Image, PngImagePlugin

from console.errors import Refused
from console.files import StoredFile, keep_file
from console.pictures import MOST_PIXELS
from console.security import Actor, acting_as
from console.security.permissions import MANAGE_TILLS
from tests.support.people import SignIn, add_person, add_store

pytestmark = pytest.mark.any_engine

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6), tail: bytes = b"") -> bytes:
    out = io.BytesIO()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    more = {"pnginfo": notes} if kind == "PNG" else {}
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue() + tail


def huge_png(width: int, height: int) -> bytes:
    """Return the head of a picture that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def test_a_picture_is_drawn_anew_and_loses_all_else(app: Flask) -> None:
    data = picture(tail=HTML)
    file = keep_file(data, "me.png", kind="image")
    kept = file.read()
    assert file.content_type == "image/jpeg" and file.name == "me.jpg"
    assert b"script" not in kept and Image.open(io.BytesIO(kept)).size == (8, 6)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_of_the_usual_kinds_are_kept(app: Flask, kind: str) -> None:
    assert keep_file(picture(kind), "p", kind="image").size > 0


def test_a_picture_is_made_no_larger_than_a_screen(app: Flask) -> None:
    file = keep_file(picture("JPEG", (4000, 1000)), "wide.jpg", kind="image")
    assert Image.open(io.BytesIO(file.read())).size == (2400, 600)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SVG,
        HTML,
        b"GIF89a" + HTML,
        b"\x89PNG\r\n\x1a\n" + HTML,
        b"\xff\xd8\xff" + HTML,
        picture()[:60],
        huge_png(50_000, 50_000),
        huge_png(MOST_PIXELS // 1000 + 1, 1000),
        b"MZ" + b"\0" * 100,
        b"%PDF-1.7 no picture",
    ],
)
def test_what_is_no_picture_is_refused(app: Flask, data: bytes) -> None:
    with pytest.raises(Refused):
        keep_file(data, "photo.png", kind="image")


@pytest.mark.parametrize(
    "data", [SVG, HTML, picture(), b"PK\x03\x04 no workbook", b"a\0b", b"%PDF-1"]
)
def test_what_is_no_sheet_is_refused(app: Flask, data: bytes) -> None:
    with pytest.raises(Refused):
        keep_file(data, "members.xlsx", kind="sheet")


def test_sheets_and_documents_are_kept_as_they_are(app: Flask) -> None:
    data = workbook()
    sheet = keep_file(data, "old.bin", kind="sheet")
    assert sheet.read() == data and sheet.name == "old.xlsx"
    assert keep_file(b"name,phone\n", "x.txt", kind="sheet").name == "x.csv"
    assert keep_file(b"%PDF-1.7\n", "x", kind="document").content_type == "application/pdf"
    with pytest.raises(Refused):
        keep_file(HTML, "x.pdf", kind="document")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.csv"),
        ("C:\\Users\\me\\list.xls", "list.csv"),
        ("a\r\nSet-Cookie: b.csv", "aSet-Cookie: b.csv"),
        ("...", "file.csv"),
        ("", "file.csv"),
        ("x" * 300 + ".csv", "x" * 100 + ".csv"),
    ],
)
def test_a_name_is_only_a_name(app: Flask, given: str, kept: str) -> None:
    assert keep_file(b"a,b\n", given, kind="sheet").name == kept


def keep_as(user_id: int, **more: object) -> StoredFile:
    with acting_as(Actor(user_id=user_id)):
        return keep_file(b"%PDF-1.7\n", "contract.pdf", kind="document", **more)  # type: ignore[arg-type]


def test_a_private_file_opens_only_for_who_added_it(app: Flask, sign_in: SignIn) -> None:
    wu = add_person("front_desk")
    path = f"/files/{keep_as(wu).id}/contract.pdf"
    answer = sign_in(user_id=wu).get(path, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert sign_in("owner").get(path, buffered=True).status_code == 404
    assert app.test_client().get(path, buffered=True).status_code == 404


def test_a_file_opens_for_who_holds_its_permission_in_its_store(
    app: Flask, sign_in: SignIn
) -> None:
    here, there = add_store("A"), add_store("B")
    file = keep_as(add_person("owner"), needs=MANAGE_TILLS, store_id=here)
    path = f"/files/{file.id}/contract.pdf"
    assert sign_in("manager", here).get(path, buffered=True).status_code == 200
    assert sign_in("manager", there).get(path, buffered=True).status_code == 404
    assert sign_in("technician", here).get(path, buffered=True).status_code == 404


def test_a_public_picture_opens_for_everybody(app: Flask) -> None:
    file = keep_file(picture("JPEG"), "shop.jpg", kind="image", public=True)
    answer = app.test_client().get(f"/files/{file.id}/shop.jpg", buffered=True)
    assert answer.status_code == 200 and answer.mimetype == "image/jpeg"


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999"])
def test_an_unknown_file_is_not_found(app: Flask, number: str) -> None:
    assert app.test_client().get(f"/files/{number}/x.pdf", buffered=True).status_code == 404


def test_equal_files_lie_on_the_disk_once(app: Flask) -> None:
    one, two = (keep_file(b"a,b\n", name, kind="sheet") for name in ("1.csv", "2.csv"))
    assert one.id != two.id and one.sha256 == two.sha256
