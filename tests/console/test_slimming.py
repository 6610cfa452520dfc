"""What libraries say of themselves is forgotten, and nothing else."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import sqlalchemy, console.api
from sqlalchemy.orm import Session
from console.slimming import forget_docs

said = [sqlalchemy.select.__doc__, Session.__doc__, Session.execute.__doc__]
kept = [console.api.__doc__, console.api.unit.__doc__, forget_docs.__doc__]
assert all(said + kept)
forget_docs()
print([each.__doc__ for each in (sqlalchemy.select, Session, Session.execute)])
print(said[2] in Session.execute.__code__.co_consts)
print([console.api.__doc__, console.api.unit.__doc__, forget_docs.__doc__] == kept)
with Session(sqlalchemy.create_engine("sqlite://")) as session:
    print(session.execute(sqlalchemy.select(sqlalchemy.literal(7))).scalar())
"""


def test_libraries_forget_their_docstrings_and_still_work_and_ours_are_kept() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["[None, None, None]", "False", "True", "7"], done.stderr
