"""Phone numbers as members have them; their one spelling is the host's."""

from __future__ import annotations

from console.api import normalise_phone, tail_of

__all__ = ["normalise_phone", "tail_of"]
