"""The transfers of the demo: one card that was given away, and one that waits for an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cards.models import Card
from plugins.cards.services.transfers import (
    CARD,
    Agreed,
    accept_transfer,
    gift_in,
    gifts_of,
    offer_transfer,
)
from plugins.membership.api import Member


def load_transfers(told: Mapping[str, Any]) -> None:
    """Let members give cards to others as the stories tell, in the running unit."""
    for number, story in enumerate(told["transfers"]):
        giver = _member(story["giver"]) if "giver" in story else _somebody(told)
        taker = _member(story["taker"])
        if giver is None or taker is None:
            continue
        gift = next((one for one in gifts_of(giver.id) if one.key.startswith(CARD)), None)
        if gift is None:
            continue
        with api.at_moment(api.now() - dt.timedelta(hours=story["hours"])):
            agreed = Agreed("phone", f"demo:transfer:{number}")
            transfer = offer_transfer(giver.id, gift.key, taker.id, agreed)
            if story.get("accepted"):
                accept_transfer(transfer.id, taker.id, gift_in(transfer).worth)


def _member(name: str) -> Member | None:
    found: Member | None = api.db.session.scalars(
        sa.select(Member).where(Member.name == name, Member.gone_at.is_(None)).order_by(Member.id)
    ).first()
    return found


def _somebody(told: Mapping[str, Any]) -> Member | None:
    """Return a member without a story who has a card in use with much left."""
    cast = {story["name"] for story in told["cast"]}
    rows = (
        sa.select(Member)
        .join(Card, Card.member_id == Member.id)
        .where(Card.kind == "sessions", Card.state == "active", Member.name.not_in(cast))
        .where(Member.status == "active", Member.gone_at.is_(None))
        .order_by(Card.until_on.desc(), Card.id)
    )
    found: Member | None = api.db.session.scalars(rows.limit(1)).first()
    return found
