"""`console run`: everything that serves, in one command."""

from __future__ import annotations
