"""The bell, a plugin that fails on request."""

from __future__ import annotations

from tests.support.bell import bell, bell_app, bell_url, original_bell

__all__ = ["bell", "bell_app", "bell_url", "original_bell"]
