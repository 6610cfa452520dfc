"""The shell replaces Flask-Admin's templates and scripts; a change in one must be looked at."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import flask_admin

UPSTREAM = Path(flask_admin.__file__).parent
FOLDERS = ("templates/bootstrap4/admin", "static/admin/js")
KNOWN = Path(__file__).with_name("upstream_templates.json")
OURS = Path(__file__).parents[2] / "console" / "templates" / "admin"
#: Templates of Flask-Admin that work in the shell as they are.
KEPT = {"master.html", "static.html", "rediscli/response.html"}


def _digests() -> dict[str, str]:
    paths = [
        path for folder in FOLDERS for path in (UPSTREAM / folder).rglob("*") if path.is_file()
    ]
    return {
        path.relative_to(UPSTREAM).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
    }


def test_no_upstream_template_or_script_has_changed_unseen() -> None:
    known = json.loads(KNOWN.read_text("utf-8"))
    now = _digests()
    changed = sorted(name for name in known.keys() | now.keys() if known.get(name) != now.get(name))
    assert not changed, f"compare with console/templates/admin, then write {KNOWN.name} anew"


def test_every_upstream_template_has_its_counterpart_in_the_shell() -> None:
    folder = UPSTREAM / FOLDERS[0]
    theirs = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    ours = {path.relative_to(OURS).as_posix() for path in OURS.rglob("*.html")}
    assert theirs - ours == KEPT
