"""Cards and sessions as lines of a bill: sold, used and undone with the rest of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, CardUse, Item, Part, Product
from plugins.cards.services.changing import make_void, owe_again, pay_owing
from plugins.cards.services.contracts import sign_contract
from plugins.cards.services.offering import Offer, offers_of
from plugins.cards.services.selling import (
    list_price,
    list_total,
    products_on_sale,
    sell_card,
    terms_on_offer,
)
from plugins.cards.services.terms import say_terms
from plugins.cards.services.using import (
    list_price_with,
    name_of_person,
    supplement_for,
    take_back_use,
    use_session,
)
from plugins.cashier import api as till
from plugins.cashier.api import Asked, Described, Line, LineKind, Settling, Taken
from plugins.ledger.api import Entry, restore, reverse
from plugins.ledger.api import Tender as Money
from plugins.membership.api import Member
from plugins.salon.api import Service, Variant


def number_in(facts: Mapping[str, Any], name: str) -> int:
    """Return a whole number among the facts of a line; zero when there is none."""
    value = facts.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def describe_card(asked: Asked) -> Described:
    """Describe a card that is sold: `product_id`; its price is frozen as it is now."""
    if asked.bill.member_id is None:
        raise api.Refused(_("Top-ups and cards need a member."))
    if asked.quantity != 1:
        raise api.Refused(_("There is one card on a line."))
    product = api.db.session.get(Product, number_in(asked.facts, "product_id"))
    if product is None:
        raise api.NotFound(_("There is no such card product."))
    check_on_sale(product, asked.bill)
    facts: dict[str, Any] = {
        "product_id": product.id,
        "version": product.version,
        "names": dict(product.names),
        "list_total_fen": list_total(product),
    }
    return Described(product.name, product.price_fen, facts)


def cards_for_sale(store_id: int) -> Iterator[till.Goods]:
    """Yield the card products on the shelf of a store today, for the till."""
    for product in products_on_sale(store_id, till.today_of(store_id)):
        yield till.Goods(
            key=f"card:{product.id}",
            kind="card",
            facts={"product_id": product.id},
            title=product.shown_name,
            price_fen=product.price_fen,
            words=(product.name, *product.names.values()),
            shelf="cards",
        )


def read_card(form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a member's phone may say of a card: which product."""
    number = form.get("product_id", "")
    fits = number.isascii() and number.isdecimal() and len(number) < 18
    return {"product_id": int(number) if fits else 0}


def cards_given(store_id: int | None) -> list[till.Given]:
    """Name the card products that a platform's voucher may give, in a store or (None) in any."""
    if store_id is None:
        wanted = sa.select(Product).where(Product.on_sale).order_by(Product.place, Product.id)
        products: Sequence[Product] = api.db.session.scalars(wanted).all()
    else:
        products = products_on_sale(store_id, till.today_of(store_id))
    return [till.Given(one.id, one.shown_name, {"product_id": one.id}) for one in products]


def contract_on_phone(bill: till.Bill, facts: Mapping[str, Any]) -> till.Terms:
    """Return the contract that a member reads and ticks before she buys a card on her phone."""
    product = api.db.session.get_one(Product, number_in(facts, "product_id"))
    store = api.db.session.get_one(api.Store, bill.store_id)
    member = api.db.session.get_one(Member, bill.member_id)
    terms = terms_on_offer(product, store, member.number, bill.business_on)
    return till.Terms(say_terms(terms, member.name), till.fingerprint_of(terms))


def check_on_sale(product: Product, bill: till.Bill) -> None:
    """Raise `Refused` when a product is not on the shelf of a bill's store today."""
    if product not in products_on_sale(bill.store_id, till.paid_day(bill)):
        raise api.Refused(_("%(card)s is not on sale here today.", card=product.shown_name))


def product_of(line: Line) -> Product:
    """Return the product that a line sells; refused when it was changed since."""
    product = api.db.session.get_one(Product, line.facts["product_id"], populate_existing=True)
    if product.version != line.facts["version"]:
        raise api.Refused(
            _("%(card)s was changed meanwhile. Put it on the bill anew.", card=line.title)
        )
    return product


def settle_card(settling: Settling, line: Line, money: Sequence[Money]) -> list[Taken]:
    """Sell the card of a line for the price on the bill; what the money lacks is owing."""
    product_of(line)
    entry = settling.entry("card", "card_sale", line)
    member_id, product_id = settling.bill.member_id or 0, line.facts["product_id"]
    face = face_of(money)
    card = sell_card(
        entry, member_id, product_id, money, price_fen=line.due_fen, from_balance_fen=face
    )
    if line.facts.get("agreed_on_phone"):
        sign_contract(card.id, "phone")
    return lots_taken(settling, line, card)


def face_of(money: Sequence[Money]) -> int:
    """Return how much of some money comes from her balance, in face value."""
    return sum(one.face_fen for one in money if isinstance(one, till.FromBalance))


def lots_taken(settling: Settling, line: Line, card: Card) -> list[Taken]:
    """Name the lots that a line put into a member's account."""
    return [
        Taken(settling.ref(line), lot_id=part.lot_id, sessions=part.sessions + part.free)
        for part in card.parts
        if part.lot_id is not None
    ]


def pay_card(settling: Settling, line: Line, money: Sequence[Money]) -> list[Taken]:
    """Take what is owing for the card of a line, or a part of it."""
    pay_owing(settling.entry("owing", "pay_owing", line), card_of(line).id, money)
    return []


def unpay_card(_settling: Settling, line: Line, reason: str) -> None:
    """Let what was paid later for the card of a line be owing again, unless it was used."""
    owe_again(card_of(line).id, reason)


def undo_card(_settling: Settling, line: Line, reason: str) -> None:
    """Make the card of a line void; the till reverses what was booked."""
    make_void(card_of(line).id, reason)


def card_of(line: Line) -> Card:
    """Return the card that a settled line sold and that was not taken back."""
    wanted = sa.select(Card).where(
        Card.bill_ref == f"bill:{line.bill_id}",
        Card.key.endswith(f":card:{line.id}", autoescape=True),
        Card.state != "void",
    )
    card = api.db.session.scalar(wanted)
    if card is None:
        raise api.Refused(_("The card is no longer on this bill."))
    return card


def describe_session(asked: Asked) -> Described:
    """Describe a session: `part_id` of a card of hers and the `variant_id` that is done.

    `card_line_id` in place of the part names a card that is sold on the same bill, `person_id`
    who came with the card. What the service costs more is the price of the line.
    """
    if asked.bill.member_id is None:
        raise api.Refused(_("Sessions are used by a member. Scan her code first."))
    variant = api.db.session.get(Variant, number_in(asked.facts, "variant_id"))
    service = api.db.session.get(Service, variant.service_id) if variant else None
    if variant is None or service is None:
        raise api.NotFound(_("There is no such service."))
    card_line = number_in(asked.facts, "card_line_id")
    source = _new_part(asked, card_line, service) if card_line else _own_part(asked, service)
    price = list_price_with(service, variant, asked.staff_id)
    facts: dict[str, Any] = {
        "part_id": source.id if isinstance(source, Part) else None,
        "card_line_id": card_line or None,
        "variant_id": variant.id,
        "person_id": number_in(asked.facts, "person_id") or None,
        "list_price_fen": price,
        "deal_fen": source.deal_fen if isinstance(source, Part) else 0,
    }
    standing_for = source.list_fen if isinstance(source, Part) else list_price(source)
    card = (
        source.card
        if isinstance(source, Part)
        else api.db.session.get_one(Product, source.product_id)
    )
    title, facts["names"] = _title(service, variant, card)
    return Described(title, max(price - (standing_for or 0), 0), facts, variant.id)


def _title(service: Service, variant: Variant, card: Any) -> tuple[str, dict[str, str]]:
    """Return what was done and with which card, in the salon's language and in others."""
    told = [service, *([variant] if variant.name else []), card]
    locales = {locale for each in told for locale in each.names}
    names = {
        locale: " · ".join(each.names.get(locale) or each.name for each in told)
        for locale in sorted(locales)
    }
    return " · ".join(each.name for each in told), names


def _own_part(asked: Asked, service: Service) -> Part:
    bill, wanted = asked.bill, number_in(asked.facts, "part_id")
    offers = offers_of(bill.member_id or 0, bill.store_id, till.paid_day(bill))
    offer = next((one for one in offers if one.part.id == wanted), None)
    if offer is None:
        raise api.NotFound(_("There is no such card."))
    if offer.problem is not None:
        raise api.Refused(offer.problem)
    if service.id not in {one.id for one in offer.part.services}:
        raise api.Refused(_("This card is not for this service."))
    if offer.card.kind != "pass" and asked.quantity > offer.left.all:
        raise api.Refused(_("Only %(left)s sessions are left.", left=offer.left.all))
    name_of_person(offer.card, number_in(asked.facts, "person_id"))
    return offer.part


def _new_part(asked: Asked, card_line: int, service: Service) -> Item:
    line = next((one for one in till.lines_of(asked.bill.id) if one.id == card_line), None)
    product = api.db.session.get(Product, line.facts.get("product_id", 0)) if line else None
    for item in product.items if product else ():
        if service.id in {one.id for one in item.services}:
            return item
    raise api.Refused(_("This card is not for this service."))


def settle_session(settling: Settling, line: Line, _money: Sequence[Money]) -> list[Taken]:
    """Use the sessions of a line; the till collects the supplement."""
    part = _part_of(line)
    taken = []
    for number in range(1, line.quantity + 1):
        use = use_session(
            settling.entry(f"session/{number}", "use_session", line),
            part.id,
            line.facts["variant_id"],
            staff_id=settling.performer_of(line),
            supplement_fen=line.due_fen // line.quantity,
            person_id=line.facts.get("person_id"),
        )
        taken.append(Taken(use.ref, lot_id=part.lot_id, income_fen=use.income_fen, sessions=1))
    return taken


def _part_of(line: Line) -> Part:
    card_line = line.facts.get("card_line_id")
    if not card_line:
        return api.db.session.get_one(Part, line.facts["part_id"])
    sold = next((one for one in till.lines_of(line.bill_id) if one.id == card_line), None)
    if sold is None:
        raise api.Refused(_("The card is no longer on this bill."))
    service = api.db.session.get_one(Variant, line.facts["variant_id"]).service_id
    parts = card_of(sold).parts
    return next(part for part in parts if service in {one.id for one in part.services})


def worth_of(line: Line) -> int:
    """Return what the sessions of a line stand for: the list price without the supplement."""
    return max(0, int(line.facts.get("list_price_fen") or 0) * line.quantity - line.list_fen)


def undo_session(settling: Settling, line: Line, reason: str) -> None:
    """Give the sessions of a line back, and tell her of each what is left then."""
    for use in uses_of(settling, line):
        _require_usable(use)
        if use.journal_id is not None:
            back = Entry(
                key=f"{use.key}:undo",
                code="reverse",
                ref=f"bill:{line.bill_id}",
                store_id=settling.bill.store_id,
                business_on=settling.booked_on,
                note=reason,
            )
            reverse(back, use.journal_id)
        take_back_use(use, reason)


def refund_session(settling: Settling, line: Line, quantity: int, reason: str) -> int:
    """Give the latest sessions of a line back, whatever day it is; return how many."""
    live = [use for use in uses_of(settling, line) if use.undone_at is None][:quantity]
    for use in live:
        _require_usable(use)
        if use.journal_id is not None:
            back = Entry(
                key=f"undo:{use.key}",
                code="session_back",
                ref=use.ref,
                store_id=use.store_id,
                note=reason,
            )
            restore(back, use.ref, 1)
        take_back_use(use, reason)
    return len(live)


def _require_usable(use: CardUse) -> None:
    """Raise `Refused` for a session of a card that ended by a refund or a swap: it reckoned it."""
    if api.db.session.get_one(Card, use.card_id).state in ("refunded", "swapped"):
        raise api.Refused(
            _("The card was refunded or swapped since, with this session as a used one.")
        )


def uses_of(settling: Settling, line: Line) -> Sequence[CardUse]:
    """Return the sessions that a line used in a settlement, the latest first."""
    keys = [
        settling.entry(f"session/{number}", "use_session", line).key
        for number in range(1, line.quantity + 1)
    ]
    uses = sa.select(CardUse).where(CardUse.key.in_(keys)).order_by(CardUse.id.desc())
    return api.db.session.scalars(uses).all()


def offered_to(member_id: int, store_id: int) -> Iterator[till.Offer]:
    """Yield what a member may use of her cards in a store today, passes first."""
    offers = [one for one in offers_of(member_id, store_id, till.today_of(store_id)) if one.usable]
    for offer in sorted(offers, key=lambda offer: offer.card.kind != "pass"):
        for service in offer.part.services:
            for variant in service.variants if service.on_sale else ():
                yield _offered(offer, service, variant)


def _offered(offer: Offer, service: Service, variant: Variant) -> till.Offer:
    named = [service, *([variant] if variant.name else []), offer.card]
    facts = {"part_id": offer.part.id, "variant_id": variant.id}
    words = [] if offer.card.kind == "pass" else [say_left(offer.left.all)]
    extra = supplement_for(offer.part, list_price_with(service, variant, None))
    if extra:
        words.append(api.gettext("supplement %(amount)s", amount=api.format_fen(extra)))
    if offer.card.until_on is not None:
        words.append(api.gettext("until %(day)s", day=offer.card.until_on))
    title = " · ".join(one.shown_name for one in named)
    return till.Offer(
        "session",
        title,
        facts,
        " · ".join(words),
        pool=f"part:{offer.part.id}",
        left=None if offer.card.kind == "pass" else offer.left.all,
        worth_fen=0 if offer.card.kind == "pass" else offer.part.deal_fen,
        extra_fen=extra,
    )


def say_left(count: int) -> str:
    """Say how many sessions are left."""
    return api.ngettext("%(num)s session left", "%(num)s sessions left", count)


KINDS = (
    LineKind(
        "card",
        "card",
        _("Card"),
        describe_card,
        settle_card,
        undo_card,
        pay=pay_card,
        unpay=unpay_card,
        online=read_card,
        from_balance=True,
        terms=contract_on_phone,
        given=cards_given,
    ),
    LineKind(
        "session",
        "service",
        _("Session"),
        describe_session,
        settle_session,
        undo_session,
        refund_session,
        takes=True,
        worth=worth_of,
    ),
)
