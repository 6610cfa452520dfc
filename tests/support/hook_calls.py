"""Which hooks a run of the tests really called, over all its parallel workers."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

from console import hookspecs
from console.host import Host, discovery
from tests.support.run_folder import run_folder

PREFIX = "hooks-"


def remember_calls() -> None:
    """From now on, note the name of each hook that a console of this process calls."""
    find = Host.listeners
    called: set[str] = set()

    @functools.wraps(find)
    def listeners(host: Host, hook: str) -> list[tuple[str, Callable[..., Any], tuple[str, ...]]]:
        if hook not in called:
            called.add(hook)
            with (run_folder() / f"{PREFIX}{os.getpid()}").open("a") as notes:
                notes.write(f"{hook}\n")
        return find(host, hook)

    Host.listeners = listeners  # type: ignore[assignment, method-assign]


def never_called() -> list[str]:
    """Return the hooks of the host and of its plugins that nothing called in this run.

    What plugins contribute at boot is not asked through these calls; a console without it does
    not start.
    """
    found = [*vars(hookspecs).values()]
    for manifest in discovery.discover().manifests.values():
        found += manifest.hooks
    known = {
        spec.__name__
        for spec in found
        if getattr(spec, "console_kind", "contribution") != "contribution"
    }
    notes = run_folder().glob(f"{PREFIX}*")
    return sorted(known - {name for note in notes for name in note.read_text().split()})
