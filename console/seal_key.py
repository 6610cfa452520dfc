"""The key of all seals: a file outside the database, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from flask import current_app


def seal_key(folder: Path | None = None) -> bytes:
    """Return the installation's key, making it at the first call."""
    file = (folder or Path(current_app.instance_path)) / "seal_key"
    if not file.exists():
        made = file.with_name(f"seal_key.{os.getpid()}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_hex(32))
        try:
            os.link(made, file)  # whoever is first has made it; nobody reads half of it
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return file.read_bytes()
