"""What other plugins may import."""

from __future__ import annotations

from sample.hookspecs import sample_entry_added
from sample.models import Entry
from sample.services import LONGEST, add_entry, finish_entries

__all__ = ["LONGEST", "Entry", "add_entry", "finish_entries", "sample_entry_added"]
