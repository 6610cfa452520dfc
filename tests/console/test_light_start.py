"""What a shop's process holds in memory: nothing that only a few requests need."""

from __future__ import annotations

import subprocess
import sys

#: What is loaded when somebody sends a picture, shows a QR code or takes a sheet in.
LATER = ("PIL", "segno", "defusedxml", "openpyxl", "fpdf", "psycopg", "alembic", "pypinyin")

SCRIPT = """
import sys
from console import api, serve
from console.host import discovery
assert not discovery.discover().quarantined
print(*(name for name in {names!r} if name in sys.modules))
from flask_admin.form import upload
upload.ImageUploadField("Picture", base_path="/nowhere")
assert upload.Image.open and upload.ImageOps.fit
print(*(name for name in {names!r} if name in sys.modules))
"""


def test_a_process_starts_without_what_few_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(names=LATER)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["", "PIL"]


COLUMNS = """
import gc
import sqlalchemy as sa
from console import api
from console.db import registries
from console.host import discovery
assert not discovery.discover().quarantined
sa.orm.configure_mappers()
mappers = [mapper for each in registries.values() for mapper in each.mappers]
copies = sum(type(each).__name__ == "AnnotatedColumn" for each in gc.get_objects())
print(sum(len(mapper.columns) for mapper in mappers), copies)
"""


def test_most_columns_have_no_copy_of_themselves() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COLUMNS], capture_output=True, text=True, check=True
    )
    columns, copies = map(int, done.stdout.split())
    assert columns > 1500
    assert copies < columns / 2
