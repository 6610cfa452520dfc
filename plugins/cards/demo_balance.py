"""What the demo shows of cards that balance paid: a member buys one so."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from plugins.cards.models import Product
from plugins.cashier.api import Tender, add_line, open_bill, settle
from plugins.ledger.api import standings
from plugins.membership.api import Member, purses_of, require_free_value

KEY = "demo:card-from-balance"
#: The first members have stories of their own; so many after them are looked at.
TOLD, LOOKED_AT = 40, 120


def sell_from_balance(at: dt.datetime) -> None:
    """Let a member who has enough, and no story of her own, buy a card from her balance."""
    cheapest = sa.select(Product).where(Product.kind != "pass", Product.on_sale)
    product = api.db.session.scalar(cheapest.order_by(Product.price_fen, Product.id).limit(1))
    member = _who_can(product.price_fen) if product is not None else None
    if product is None or member is None:
        return
    with api.at_moment(at):
        bill = open_bill(member.home_store_id, key=KEY, member_id=member.id)
        line = add_line(bill.id, "card", {"product_id": product.id})
        tender = Tender("balance", line.due_fen)
        settle(bill.id, [tender], key=f"{KEY}:settled", agreed_by="code")


def _who_can(fen: int) -> Member | None:
    wanted = sa.select(Member).where(Member.gone_at.is_(None), Member.status == "active")
    members = api.db.session.scalars(wanted.order_by(Member.id).offset(TOLD).limit(LOOKED_AT)).all()
    held = standings([member.id for member in members], ["balance"])
    rich = (member for member in members if held[member.id]["balance"] >= fen)
    return next((member for member in rich if _pays(member, fen)), None)


def _pays(member: Member, fen: int) -> bool:
    """Tell whether her plain balance pays for it, and is hers to use."""
    try:
        require_free_value(member.id)
    except api.Refused:
        return False
    return any(one.code == "" and one.balance_fen >= fen for one in purses_of(member.id))
