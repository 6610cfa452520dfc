"""The one place that catches everything, so that a plugin's failure stops nothing else."""

from __future__ import annotations

from collections.abc import Callable


def attempt(act: Callable[[], object]) -> BaseException | None:
    """Run *act* and return what it raised, or None; also a `sys.exit()` ends only the act."""
    try:
        act()
    except (Exception, SystemExit) as problem:
        return problem
    return None
