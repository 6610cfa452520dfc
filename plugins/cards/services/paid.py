"""How a card was paid, as the books have it: what its contract names beside the terms."""

from __future__ import annotations

from console import api
from plugins.cards.models import Card
from plugins.cards.services.accounts import owing_of
from plugins.cards.services.growing import line_of
from plugins.cashier.api import paid_by_kind


def say_paid(card: Card) -> list[tuple[str, str]]:
    """Say how a card was paid, as a label and text; nothing of one that no bill sold here.

    It follows the books: what was owing is named until it is paid.
    """
    line = line_of(card)
    if line is None:
        return []
    words = [f"{kind} {api.format_fen(fen)}" for kind, fen in paid_by_kind(line.id)]
    if card.swapped_from_id is not None:
        old = api.db.session.get_one(Card, card.swapped_from_id)
        left = api.format_fen(int(line.facts["credit_fen"]))
        words.append(api.gettext("%(left)s left of %(card)s", left=left, card=old.shown_name))
    if card.bonus_fen:
        bonus = api.format_fen(card.bonus_fen)
        words.append(api.gettext("of that %(bonus)s bonus, a discount", bonus=bonus))
    if owing := owing_of(card):
        words.append(api.gettext("%(owing)s is owing", owing=api.format_fen(owing)))
    return [(api.gettext("Paid by"), " · ".join(words))] if words else []
