"""Places where a fault test may let the process die; silent unless `CONSOLE_FAILPOINT` is set."""

from __future__ import annotations

import os

_spec = os.environ.get("CONSOLE_FAILPOINT", "")
_name, _, _count = _spec.partition(":")
_left = [int(_count or 1)]


def fail_point(name: str) -> None:
    """Die at once, as by `kill -9`, at the n-th pass of the point named `NAME:n`."""
    if not _name or name != _name:
        return
    _left[0] -= 1
    if _left[0] == 0:
        os._exit(9)
