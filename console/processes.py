"""Processes that end together: children that notice when their parent is gone."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from typing import NoReturn

#: Seconds between two looks at the parent.
WATCH = 0.5


def spawn(act: Callable[[], object]) -> int:
    """Fork a child that does *act* and then exits; return its process id.

    Nothing of the parent's runs in the child when it ends, neither `finally` nor destructors,
    so that connections of the parent, which it inherits, stay as they are.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        act()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        if sys.exc_info()[0]:
            traceback.print_exc()
        _exit(code)


def _exit(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def follow_parent(number: int = signal.SIGKILL) -> None:
    """Send oneself a signal as soon as the parent is gone, also when it was killed."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH)
        os.kill(os.getpid(), number)

    threading.Thread(target=watch, name="follow parent", daemon=True).start()


def has_ended(child: int) -> bool:
    """Tell whether a child is gone, and clear it away if so."""
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True


def end_all(children: Iterable[int], patience: float) -> None:
    """Ask children to end, and kill those that have not after *patience* seconds."""
    left = list(children)
    for child in left:
        _send(child, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while left and time.monotonic() < deadline:
        left = [child for child in left if not has_ended(child)]
        time.sleep(0.02)
    for child in left:
        kill(child)


def kill(child: int) -> None:
    """End a child at once and clear it away."""
    _send(child, signal.SIGKILL)
    try:
        os.waitpid(child, 0)
    except ChildProcessError:
        return


def _send(child: int, number: int) -> None:
    try:
        os.kill(child, number)
    except ProcessLookupError:
        return
