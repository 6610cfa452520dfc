"""Doing the same thing in many threads at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from flask import Flask

from console.db import db

R = TypeVar("R")


def at_once(app: Flask, threads: int, act: Callable[[int], R]) -> list[R | BaseException]:
    """Call *act* with a number in each of many threads that all start together.

    What it returns or raises comes back in the order of the numbers.
    """
    start = threading.Barrier(threads)
    found: list[R | BaseException] = [RuntimeError("did not run")] * threads

    def run(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                found[number] = act(number)
            except BaseException as problem:
                found[number] = problem
            finally:
                db.session.remove()

    db.session.rollback()
    runners = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    return found
