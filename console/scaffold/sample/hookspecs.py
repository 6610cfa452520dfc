"""What the plugin announces; other plugins may listen."""

from __future__ import annotations

from console import api


@api.event
def sample_entry_added(entry_id: int) -> None:
    """A guest wrote something."""
