"""Flask-Admin without Pillow, which it loads for fields of pictures and which takes 4 MB.

Whoever uses such a field loads it at the first picture. Import this before Flask-Admin.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


class _Later:
    """A module that is loaded when something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def _load_upload() -> None:
    if "PIL" in sys.modules:
        return  # somebody else has it in memory already
    sys.modules["PIL"] = None  # type: ignore[assignment]
    try:
        upload: Any = import_module("flask_admin.form.upload")
    finally:
        del sys.modules["PIL"]
    upload.Image, upload.ImageOps = _Later("PIL.Image"), _Later("PIL.ImageOps")


_load_upload()
