"""What cards add to the page of a member."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console import api
from console.api import _
from plugins.cards.admin.cards import draw_cards
from plugins.cards.permissions import EXPORT_EVIDENCE, SEE_CARDS, SELL_CARDS, USE_SESSIONS
from plugins.cards.services.offering import cards_of
from plugins.membership.api import Member


@api.hookimpl
def console_record_panels(model: type[Any], record_id: int) -> Iterable[api.Panel]:
    """Show a member's cards."""
    if model is not Member or api.find_record(Member, record_id, SEE_CARDS) is None:
        return
    member = api.db.session.get_one(Member, record_id)
    yield api.Panel(_("Cards"), draw_cards(member, cards_of(record_id)), 5)


@api.hookimpl
def console_record_actions(model: type[Any], record_id: int) -> Iterable[api.RecordAction]:
    """Offer to sell a member a card, and to use a session of hers."""
    if model is not Member:
        return
    counter = f"/console/cards/counter/{record_id}"
    yield api.RecordAction(_("Use a session"), f"{counter}/use", USE_SESSIONS, method="GET")
    yield api.RecordAction(_("Sell a card"), f"{counter}/sell", SELL_CARDS, method="GET")
    yield api.RecordAction(
        _("Evidence of her cards and balance"), f"{counter}/evidence", EXPORT_EVIDENCE, method="GET"
    )
