"""What the simulated chain does with goods, gifts, old cards, and cards that balance pays.

Each act keeps the chain's own figures on paper, and answers False when it cannot be done now.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from console import api
from plugins.cards.api import Card
from plugins.cards.services.transfers import Agreed, gifts_of, transfer_now
from plugins.cashier import api as till
from plugins.cashier.models import PaymentKind, Payout
from plugins.cashier.services.refunding.cases import open_refund, refund_lines
from plugins.cashier.services.refunding.lines import Wanted
from plugins.cashier.services.refunding.sheets import Cause
from plugins.membership.api import Member
from plugins.stock.models import Level
from plugins.stock.services import acts as shelf
from tests.support.card_imports import apply, day, read, roll_back
from tests.support.refunds import agree, asked, pay_out
from tests.support.stock import add_product, put_in

if TYPE_CHECKING:
    from tests.plugins.cashier.simulator import Chain

#: Yuan, so that a refund of three needs nobody else; and how many pieces a store has at first.
PRICES, PIECES = (45, 60), 40
#: So many days lie between two imports of old cards; every second one is rolled back.
BETWEEN_IMPORTS = 20
#: What a card costs that balance pays.
SMALL = 18_777
OLD_CARD, LEFT = "头皮十次", 3


def fill(chain: Chain) -> None:
    """Put products on the shelves of all stores."""
    chain.goods = [add_product(f"产品{yuan}", yuan) for yuan in PRICES]
    for store_id in chain.stores:
        for product_id in chain.goods:
            put_in(product_id, PIECES, store_id)
            chain.pieces[store_id, product_id] = PIECES


def sell_goods(chain: Chain, store_id: int) -> None:
    """Sell products, with a service or alone; some come back, some bills are reopened."""
    product_id, quantity = chain.draw.choice(chain.goods), chain.draw.choice((1, 1, 2, 3))
    bill_id = chain.bill(store_id)
    facts = {"product_id": product_id}
    line = till.add_line(bill_id, "goods", facts, quantity=quantity, staff_id=chain.staff[store_id])
    if chain.draw.random() < 0.4:
        chain.service(bill_id, store_id)
    quote, line_id = till.preview(bill_id), line.id
    chance = chain.draw.random()
    chain.pay(bill_id, store_id, [till.Tender("cash", quote.due_fen)])
    if chance < 0.15:
        till.undo_settlement(bill_id, "付款方式错")
        chain.came_in(store_id, "cash", -quote.due_fen)
        chain.pay(bill_id, store_id, [till.Tender("wechat", quote.due_fen)])
    elif chance < 0.45:
        fen, back = quote.line(line_id).due_fen, chance < 0.3
        wanted = Wanted(line_id, fen, quantity=quantity, came_back=back)
        refund_lines(bill_id, [wanted], reason="不合适", key=chain.key())
        chain.came_in(store_id, "cash", -fen)
        quantity -= quantity * back
    chain.pieces[store_id, product_id] -= quantity


def move_goods(chain: Chain, store_id: int) -> None:
    """Let products be delivered, used, written off, sent to another store, or counted."""
    product_id, count = chain.draw.choice(chain.goods), chain.draw.randint(1, 6)
    some, key = {product_id: count}, chain.key()
    what = chain.draw.choice(("deliver", "use", "lose", "send", "count"))
    if what == "deliver":
        shelf.deliver(store_id, some, key=key)
    elif what == "use":
        shelf.use_goods(store_id, some, key=key)
    elif what == "lose":
        shelf.write_off(store_id, some, note="破损", key=key)
    elif what == "send":
        other = chain.draw.choice([one for one in chain.stores if one != store_id])
        shelf.transfer(store_id, other, some, key=key)
        chain.pieces[other, product_id] += count
    else:
        there = chain.pieces[store_id, product_id]
        found = max(there - count, 0)
        seen = {product_id: shelf.Counted(found, there)}
        shelf.count_stock(store_id, seen, note="盘亏", key=key)
        count = there - found
    chain.pieces[store_id, product_id] += count if what == "deliver" else -count


def give(chain: Chain, store_id: int) -> bool | None:
    """Let a member give one of her cards, or all of her balance, to another one."""
    giver, taker = chain.draw.sample(chain.people, 2)
    gifts = gifts_of(giver)
    if not gifts:
        return False
    gift = chain.draw.choice(gifts)
    if chain.face[taker] + gift.balance_fen > 400_000:
        return False
    agreed = Agreed("code", chain.key(), "转给家人", store_id)
    transfer_now(giver, gift.key, taker, agreed, "code")
    if gift.card and gift.card.id in chain.ahead:
        chain.ahead.remove(gift.card.id)  # who was given it has no balance that paid for it
    chain.face[giver] -= gift.balance_fen
    chain.face[taker] += gift.balance_fen
    return None


def sell_ahead(chain: Chain, store_id: int) -> bool | None:
    """Sell a card that balance pays, wholly or in part; now and then the bill is reopened."""
    member_id = chain.member()
    if not 20_000 <= chain.face[member_id] <= 350_000:
        return False
    bill_id = chain.bill(store_id, member_id)
    till.add_line(bill_id, "card", {"product_id": chain.small})
    some = SMALL if chain.draw.random() < 0.6 else chain.draw.randint(1, SMALL - 1)
    rest = [till.Tender("cash", SMALL - some)] if some < SMALL else []
    chain.pay(bill_id, store_id, [till.Tender("balance", some), *rest])
    if chain.draw.random() < 0.3:
        till.undo_settlement(bill_id, "换一种付法")
        chain.came_in(store_id, "cash", some - SMALL)
        some = SMALL
        chain.pay(bill_id, store_id, [till.Tender("balance", some)])
    chain.face[member_id] -= some
    chain.sold[store_id] += SMALL - some
    latest = api.db.session.query(Card).order_by(Card.id.desc()).limit(1).one()
    chain.sessions[latest.parts[0].id] = 3
    if some == SMALL:
        chain.ahead.append(latest.id)
    return None


def take_ahead_back(chain: Chain, store_id: int) -> bool | None:
    """Refund a card that balance paid, used or not: it goes back to the balance, or in cash."""
    cards = (api.db.session.get_one(Card, number) for number in chain.ahead)
    card = next((one for one in cards if chain.sessions[one.parts[0].id]), None)
    if card is None:
        return False
    cause: Cause = chain.draw.choice(("shop", "member"))
    told: dict[str, Any] = {"store_id": store_id, "reason": "搬家", "key": chain.key()}
    refund = open_refund(card.member_id, [f"card:{card.id}"], asked(cause), **told)
    pay_out(agree(refund))
    went = sa.select(PaymentKind.code, Payout.amount_fen).where(Payout.refund_id == refund.id)
    for code, fen in api.db.session.execute(went.join(Payout, Payout.kind_id == PaymentKind.id)):
        if code == "balance":
            chain.face[card.member_id] += fen
        else:  # the balance that paid for it was given away meanwhile
            chain.came_in(store_id, code, -fen)
    chain.ahead.remove(card.id)
    chain.sessions[card.parts[0].id] = 0
    return None


def import_cards(chain: Chain) -> None:
    """Take old cards of two members in, outside any unit; roll every second import back."""
    store_id = chain.draw.choice(chain.stores)
    people = chain.draw.sample(chain.people, 2)
    phones = [api.db.session.get_one(Member, number).phone for number in people]
    last = api.db.session.query(Card.id).order_by(Card.id.desc()).limit(1).scalar() or 0
    rows = [(phone, OLD_CARD, LEFT, 1, "98", day(-30)) for phone in phones if phone]
    with tempfile.TemporaryDirectory() as folder:
        number = read(Path(folder), store_id, *rows)
    apply(number)
    taken = api.db.session.query(Card).filter(Card.id > last).all()
    chain.sessions |= {card.parts[0].id: LEFT + 1 for card in taken}
    chain.acts["import"] += 1
    if chain.acts["import"] % 2 == 0:
        for card in taken:
            del chain.sessions[card.parts[0].id]
        api.db.session.rollback()
        roll_back(number)
        chain.acts["rolled back import"] += 1


def on_shelves() -> dict[tuple[int, int], int]:
    """Return how many pieces the books have, by store and product."""
    return {(one.store_id, one.product_id): one.on_hand for one in api.db.session.query(Level)}


ACTS: dict[str, tuple[Callable[[Chain, int], bool | None], int]] = {
    "goods": (sell_goods, 10),
    "moved goods": (move_goods, 5),
    "card from balance": (sell_ahead, 5),
    "refunded card": (take_ahead_back, 3),
    "given card or balance": (give, 5),
}
