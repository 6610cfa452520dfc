"""What code says of itself is forgotten where nobody asks for it, and it goes on working."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import sqlalchemy, console.api
from sqlalchemy.orm import Session
from console import hookspecs
from console.slimming import OWN, forget_words

said = [sqlalchemy.select.__doc__, Session.__doc__, Session.execute.__doc__]
ours = [console.api.__doc__, console.api.unit.__doc__, forget_words.__doc__]
hook = hookspecs.console_check_disable.__doc__
assert all([*said, *ours, hook]) and sqlalchemy.select.__annotations__
{call}
now = [sqlalchemy.select.__doc__, Session.__doc__, Session.execute.__doc__]
print(now == [None] * 3, now == said, said[2] in Session.execute.__code__.co_consts)
now = [console.api.__doc__, console.api.unit.__doc__, forget_words.__doc__]
print(now == [None] * 3, hookspecs.console_check_disable.__doc__ == hook)
print(bool(sqlalchemy.select.__annotations__), console.api.unit.__annotations__)
with Session(sqlalchemy.create_engine("sqlite://")) as session:
    print(session.execute(sqlalchemy.select(sqlalchemy.literal(7))).scalar())
"""


def _look(call: str) -> list[str]:
    code = LOOK.replace("{call}", call)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.stdout.splitlines()


def test_libraries_and_the_console_forget_their_words_but_what_is_said_of_hooks() -> None:
    assert _look("forget_words()") == ["True False False", "True True", "False {}", "7"]


def test_who_names_packages_leaves_the_words_of_others_alone() -> None:
    assert _look("forget_words(OWN)") == ["False True True", "True True", "True {}", "7"]
