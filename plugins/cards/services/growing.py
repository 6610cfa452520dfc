"""What passes count towards a level: once, when they are sold, and off again when they go back."""

from __future__ import annotations

from contextlib import suppress

from console import api
from plugins.cards.models import Card
from plugins.cards.services.giving import was_given
from plugins.cashier.api import Line
from plugins.membership.api import add_growth, restore_growth, take_back_growth


def line_of(card: Card) -> Line | None:
    """Return the line of a bill that sold a card."""
    number = card.key.rpartition(":card:")[2]
    if not (card.source == "sale" and card.bill_ref and number.isdecimal()):
        return None
    return api.db.session.get(Line, int(number))


def count_pass(card: Card) -> None:
    """Count the price of a pass from the day on which it was sold; the same pass counts once."""
    if (fen := _counted(card)) > 0:
        add_growth(card.member_id, fen, cause="spend", key=_key(card), on=card.sold_on)


def take_pass_back(card: Card, back_key: str, fen: int | None = None) -> None:
    """Take off what a pass counted, or *fen* of it; the same *back_key* does so once."""
    if card.kind != "pass" or fen == 0:
        return
    with suppress(api.NotFound):  # it counts after the sale's commit, and may not have yet
        some = None if fen is None else min(fen, _counted(card))
        take_back_growth(_key(card), back_key=back_key, fen=some)


def leave_pass(new: Card, *, undo: bool = False) -> None:
    """Take off what was left of a pass that was swapped for *new*, where sessions count on use.

    The same swap does so once; with *undo* it counts again.
    """
    rest, card = carried_fen(new), _before(new)
    if new.kind == "pass":
        return
    while card is not None and card.kind == "pass" and rest > 0:
        some = min(rest, _counted(card))
        rest -= some
        back_key = f"cards.swap:{new.id}:{card.id}"
        with suppress(api.NotFound):  # it may not have counted yet; it is taken off as it does
            if undo:
                restore_growth(back_key)
            elif some > 0:
                take_back_growth(_key(card), back_key=back_key, fen=some)
        card = _before(card)


def carried_fen(card: Card) -> int:
    """Return the money that a card brought to the one that it was swapped for, *card*."""
    line = line_of(card)
    if card.swapped_from_id is None or line is None:
        return 0
    return int(line.facts.get("behind_fen", line.facts["credit_fen"] - card.bonus_fen))


def _before(card: Card) -> Card | None:
    """Return the card that was swapped for another one, in the hands of the same member."""
    if card.swapped_from_id is None or was_given(card.swapped_from_id):
        return None
    return api.db.session.get(Card, card.swapped_from_id)


def _key(card: Card) -> str:
    return f"cards:{card.id}"


def _counted(card: Card) -> int:
    """Return what of a pass counts: what was left of another pass has counted before."""
    before = api.db.session.get(Card, card.swapped_from_id) if card.swapped_from_id else None
    if before is None or before.kind != "pass":
        return card.earning_fen
    return card.earning_fen - carried_fen(card)
