"""Logs: one line of JSON per event, without phone numbers and secrets."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Let everything that logs write lines of JSON."""
