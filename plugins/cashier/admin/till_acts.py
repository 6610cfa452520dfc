"""What a tap, a scan or a typed word does to a bill."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.admin.forms import count_of, fen_of, number_of, read_choices, text_of
from plugins.cashier.desk import Code, Goods
from plugins.cashier.models import Bill, Deal, Line, PaymentKind, Settlement
from plugins.cashier.offers import Offer
from plugins.cashier.permissions import OPEN_BILLS, SETTLE_BILLS
from plugins.cashier.services import billing, byhand
from plugins.cashier.services.agreeing import Proof, prove_pin
from plugins.cashier.services.asking import goods_of, member_offers
from plugins.cashier.services.catalogue import goods_like, services_like
from plugins.cashier.services.choosing import choose_coupon
from plugins.cashier.services.codes import what_is
from plugins.cashier.services.confirm_asking import override_confirmation
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.settling import settle
from plugins.cashier.services.signing import signature_of
from plugins.cashier.services.tendering import all_kinds, plan
from plugins.cashier.services.vouchers import deals_of, put_voucher
from plugins.membership.api import Member, read_code
from plugins.messages.api import check_code
from plugins.salon.api import Service

MOST_FOUND = 8
#: Ways to agree that are proven outside of the settlement.
PROVEN = ("pin", "signature", "sms_code")
#: What a code by SMS for a settlement was asked for.
SMS_PURPOSE = "cashier.settle"


@dataclass(frozen=True)
class Found:
    """What was typed or scanned, and what it leads to."""

    code: Code
    member_id: int | None = None
    members: Sequence[tuple[int, str]] = ()
    services: Sequence[Service] = ()
    goods: Sequence[Goods] = ()
    vouchers: Sequence[PaymentKind] = ()
    #: What the voucher may be of, where platforms sell the salon's deals.
    deals: Sequence[tuple[PaymentKind, Deal]] = ()

    @property
    def undecided(self) -> bool:
        """Tell whether a person has to choose among what was found."""
        if self.code.kind == "coupon":
            return not self.code.adjustment
        return self.code.kind in ("words", "voucher", "link") and self.member_id is None


NOTHING = Found(Code("nothing", ""))


def look_at(text: str, store_id: int, *, decide: bool = False, bill: Bill | None = None) -> Found:
    """Return what *text* leads to; with *decide* one member is taken, and nothing is refused."""
    pin_wanted = decide and bill is not None and SETTLE_BILLS.held(store_id) and _wants_pin(bill)
    code = what_is(text, pin_wanted=pin_wanted)
    if code.kind == "nothing":
        return NOTHING
    if code.kind == "member_code":
        return Found(code, read_code(code.text) if decide else None)
    if code.kind == "member" and len(code.member_ids) == 1:
        if decide:
            return Found(code, code.member_ids[0])
        return Found(code, members=[(code.member_ids[0], _name(code.member_ids[0]))])
    if code.kind in ("voucher", "coupon"):
        return _voucher_or_coupon(code, store_id)
    if code.kind in ("payment_code", "pin", "link"):
        return Found(code)
    if code.kind == "goods":
        return Found(code, goods=[one for one in goods_of(store_id) if one.key == code.goods])
    return _look_for(code, store_id, decide=decide)


def _voucher_or_coupon(code: Code, store_id: int) -> Found:
    if code.kind == "coupon":
        return Found(code)
    deals = deals_of(store_id)
    named = {kind.code for kind, _deal in deals}
    kinds = [kind for kind in all_kinds() if kind.needs_code and kind.code not in named]
    return Found(code, vouchers=kinds, deals=deals)


def _wants_pin(bill: Bill) -> bool:
    if bill.member_id is None or bill.state not in ("open", "part_paid"):
        return False
    chosen = plan(bill, read_choices() or None)
    return chosen.has_pin and not chosen.scanned


def _look_for(code: Code, store_id: int, *, decide: bool) -> Found:
    members = [
        (number, str(label))
        for number, label in api.look_up(Member, code.text, OPEN_BILLS)[:MOST_FOUND]
    ]
    services = services_like(code.text, store_id)[:MOST_FOUND]
    goods = goods_like(code.text, store_id)[:MOST_FOUND]
    if decide and not (members or services or goods):
        raise api.Refused(_("Nothing is found by “%(text)s”.", text=code.text))
    if decide and len(members) == 1 and not services and not goods:
        return Found(code, members[0][0])
    return Found(code, None, members, services, goods)


def _name(member_id: int) -> str:
    return api.db.session.get_one(Member, member_id).name


@api.unit
def put_on(store_id: int, key: str, found: Found) -> int:
    """Open a bill with what was tapped or scanned first; the same key does it once."""
    bill = billing.open_bill(store_id, key=key, label=text_of("label"))
    if bill.version == 1 and bill.member_id is None and not bill.list_fen:
        add_line(bill, found)
    return bill.id


def add_line(bill: Bill, found: Found) -> None:
    """Put on a bill what was tapped or found: a member, an offer of hers, a service, a sale."""
    if found.code.kind == "member_code":
        billing.scan_member(bill.id, found.code.text)
    elif found.member_id is not None:
        billing.set_member(bill.id, found.member_id)
    elif number_of("member_id"):
        _set_member(bill, number_of("member_id") or 0)
    if found.code.kind == "coupon":
        _apply_coupon(bill, found.code)
    elif found.code.goods or text_of("goods"):
        _put_goods(bill, found.code.goods or text_of("goods"))
    elif text_of("offer"):
        _put_offer(bill, text_of("offer"))
    elif text_of("top_up"):
        _put_top_up(bill, text_of("top_up"))
    elif text_of("deal"):
        _put_voucher(bill, text_of("deal"))
    elif _kind():
        staff_id, named = number_of("staff_id"), text_of("named") == "1"
        quantity = _many()
        facts = _facts(_kind())
        billing.add_line(bill.id, _kind(), facts, quantity=quantity, staff_id=staff_id, named=named)


def _many() -> int:
    many = count_of("quantity")
    return 1 if many is None else many


def _kind() -> str:
    if text_of("variant_id"):
        return "service"
    return text_of("kind")


def _facts(kind: str) -> dict[str, Any]:
    if kind == "service":
        return {"variant_id": number_of("variant_id"), "price_fen": fen_of("price")}
    if kind == "product":
        return {"title": text_of("title"), "price_fen": fen_of("price")}
    if kind == "top_up":
        return {"amount_fen": fen_of("amount"), "bonus_fen": fen_of("bonus")}
    return {}


def _put_goods(bill: Bill, asked: str) -> None:
    one = next((each for each in goods_of(bill.store_id) if each.key == asked), None)
    if one is None:
        raise api.Refused(_("Nothing of this kind is sold now."))
    staff_id = number_of("staff_id")
    billing.add_line(bill.id, one.kind, one.facts, quantity=_many(), staff_id=staff_id)


def _set_member(bill: Bill, member_id: int) -> None:
    if api.find_record(Member, member_id, OPEN_BILLS) is None:
        raise api.NotFound(_("There is no such member."))
    billing.set_member(bill.id, member_id)


def offer_key(offer: Offer) -> str:
    """Return how a button names an offer."""
    return json.dumps([offer.kind, dict(offer.facts)], sort_keys=True, separators=(",", ":"))


def _put_offer(bill: Bill, asked: str) -> None:
    offers = member_offers(bill.member_id, bill.store_id) if bill.member_id else []
    offer = next((each for each in offers if offer_key(each) == asked), None)
    if offer is None:
        raise api.Refused(_("This is no longer hers. Look at her cards again."))
    named = text_of("named") == "1"
    billing.add_line(bill.id, offer.kind, offer.facts, staff_id=number_of("staff_id"), named=named)


def _put_top_up(bill: Bill, asked: str) -> None:
    amount, _colon, tier = asked.partition(":")
    if not (amount.isascii() and amount.isdecimal() and len(amount) < 12):
        raise api.Refused(_("Enter an amount above zero."))
    facts: dict[str, Any] = {"amount_fen": int(amount)}
    if tier.isascii() and tier.isdecimal() and len(tier) < 12:
        facts["tier_id"] = int(tier)
    billing.add_line(bill.id, "top_up", facts, staff_id=number_of("staff_id"))


def _apply_coupon(bill: Bill, code: Code) -> None:
    try:
        choose_coupon(bill.id, code.adjustment)
    except api.NotFound as problem:
        raise api.Refused(_("This coupon counts for nothing on the bill.")) from problem


def _put_voucher(bill: Bill, asked: str) -> None:
    number, _colon, code = asked.partition(":")
    deal_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
    put_voucher(bill.id, deal_id, code, staff_id=number_of("staff_id"))


def line_of(bill: Bill) -> int:
    """Return the number of the bill's line that a form names."""
    line = api.db.session.get(Line, number_of("line") or 0)
    if line is None or line.bill_id != bill.id:
        raise api.NotFound(_("There is no such line."))
    return line.id


def change(bill: Bill) -> None:
    """Change a bill as a form says."""
    act = text_of("act")
    if act == "remove":
        billing.remove_line(line_of(bill))
    elif act == "keep_price":
        byhand.keep_price(line_of(bill))
    elif act == "line":
        billing.change_line(
            line_of(bill),
            quantity=count_of("quantity"),
            staff_id=number_of("staff_id"),
            named=text_of("named") == "1",
        )
    elif act == "no_member":
        billing.set_member(bill.id, None)
    elif act == "round":
        byhand.round_off(bill.id, fen_of("rounding") or 0)
    elif act == "hold":
        billing.hold_bill(bill.id, text_of("label"))
    elif act == "resume":
        billing.resume_bill(bill.id)
    else:
        raise api.Refused(_("Load the page again."))


def settle_bill(number: int) -> None:
    """Settle a bill as a form says; the same form settles it once."""
    agreed_by, proof = text_of("agreed_by") or None, text_of("code")
    key = text_of("key") or new_key()
    if text_of("unconfirmed") and not _was_settled(key):
        bill = api.db.session.get_one(Bill, number)
        agreed_by = bill.agreed_by or "staff_only"
        tenders = [choice.tender() for choice in read_choices()]
        override_confirmation(number, tenders, text_of("reason"))
    proven: Proof = proof
    if agreed_by not in PROVEN or _was_settled(key):
        pass  # settled before: the proof was used up then; the answer is the same
    elif agreed_by == "pin":
        proven = prove_pin(number, proof)
    elif agreed_by == "signature":
        bill = api.db.session.get_one(Bill, number)
        proven = signature_of(bill.member_id, bill.store_id)
    elif agreed_by == "sms_code":
        proven = check_code(_phone_of(number), SMS_PURPOSE, proof)
    settle(
        number,
        [choice.tender() for choice in read_choices()],
        key=key,
        agreed_by=agreed_by,
        proof=proven,
        due_fen=number_of("due_fen"),
        terms=text_of("terms"),
    )


def _was_settled(key: str) -> bool:
    known = sa.select(Settlement.id).where(Settlement.key == key)
    return api.db.session.scalar(known) is not None


def _phone_of(number: int) -> str:
    bill = api.db.session.get_one(Bill, number)
    member = billing.member_of(bill)
    if member is None or not member.phone:
        raise api.Refused(_("She has no phone number on file."))
    return member.phone
