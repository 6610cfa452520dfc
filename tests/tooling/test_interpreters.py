"""Which Python a new .venv is made with."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.interpreters import choose, measure, others


def test_a_python_is_measured_and_what_is_none_is_left_out(tmp_path: Path) -> None:
    taken = measure(sys.executable)
    assert taken is not None
    assert taken > 0
    for words in ("#!/bin/sh\necho quick\n", "#!/bin/sh\nexit 1\n"):
        fake = tmp_path / "python3.12"
        fake.write_text(words)
        fake.chmod(0o755)
        assert measure(str(fake)) is None
    assert measure(str(tmp_path / "absent")) is None


def test_every_python_of_the_path_is_looked_at_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    (first / "python3.12").write_text("")
    (first / "python3.9").write_text("")
    (second / "python3.12").symlink_to(first / "python3.12")
    (second / "python3.11").symlink_to(sys.executable)
    assert list(others(map(str, (first, second)))) == [str(first / "python3.12")]


def test_the_first_python_stays_unless_another_is_much_quicker() -> None:
    assert choose("first", {"first": 1.0, "other": 0.9}) == "first"
    assert choose("first", {"first": 1.0, "other": 0.5, "third": 0.6}) == "other"
    assert choose("first", {"other": 0.5}) == "other"
    assert choose("first", {}) == "first"
