"""What cards announce."""

from __future__ import annotations

from console import api


@api.event
def cards_card_sold(card_id: int) -> None:
    """A card was sold to a member."""


@api.event
def cards_session_used(use_id: int) -> None:
    """A session of a card was used."""


@api.event
def cards_session_undone(use_id: int) -> None:
    """The use of a session was undone on the same day."""


#: The hooks that are called; the manifest declares them.
HOOKS = (cards_card_sold, cards_session_undone, cards_session_used)
