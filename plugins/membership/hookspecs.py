"""The hooks that membership calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from console import api

#: The tiles of the member card, in the order and by the keys in which a member finds them.
TILES = ("balance", "points", "offers", "top_up", "booking", "services", "history")


@dataclass(frozen=True)
class Tile:
    """A tile of the member card: where it leads, and the figure it shows.

    A *key* of `TILES` has its fixed place; any other one comes after them.
    """

    key: str
    label: Any
    url: str
    figure: str = ""


@api.collect
def membership_tiles(member_id: int) -> Iterable[Tile]:
    """Return tiles for the card on the phone of a member who is looking at it."""
    raise NotImplementedError


@api.event
def membership_member_joined(member_id: int, source: str) -> None:
    """Somebody became a member; *source* is the way, such as "wechat" or "import"."""
