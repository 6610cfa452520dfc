"""Telling a person on her next page what came of what she did."""

from __future__ import annotations

from flask import flash


def say_done(text: str, undo_url: str = "") -> None:
    """Say on the next page what was done, with a way to take it back where there is one.

    *undo_url* is asked by POST, and asks nothing back.
    """
    if undo_url:
        flash({"text": text, "undo_url": undo_url}, "success")  # type: ignore[arg-type]
    else:
        flash(text, "success")
