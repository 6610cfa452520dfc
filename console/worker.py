"""The worker: delivers stored events, runs jobs and schedules."""

from __future__ import annotations

from flask import Flask


def run(app: Flask) -> None:
    """Work until told to stop."""
