"""Vouchers that guests bought on a platform: what they give, and what the platform owes for them.

A voucher is a line of its own: it costs what the guest paid the platform, and only the voucher
pays it. The platform owes that sum less its fee, which is booked with the settlement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Deal, Line, Payment, PaymentKind
from plugins.cashier.offers import Asked, Described, Given, LineKind, Settling, Taken, Tender
from plugins.cashier.services.asking import line_kind, line_kinds
from plugins.cashier.services.billing import add_line, lock_bill
from plugins.cashier.services.paying import booked_account
from plugins.cashier.services.quoting import lines_of
from plugins.ledger.api import Entry, Journal, Move, Name, post, reverse, salon
from plugins.ledger.api import Tender as Money
from plugins.salon.api import Service, ServiceStore, Variant

if TYPE_CHECKING:
    from plugins.cashier.services.purse import Coin

#: The code of the journal that books what a platform keeps.
FEE = "platform_fee"
#: The kind of a voucher's line, by the kind of what it gives.
VOUCHERS = {
    "service": "voucher",
    "product": "voucher_product",
    "goods": "voucher_goods",
    "card": "voucher_card",
}
#: What is described and settled as if it were sold without a voucher.
AS_SOLD = ("goods", "card")
LONGEST = 40


class VoucherUsed(api.Conflict):
    """A platform's voucher is redeemed once."""

    def __init__(self) -> None:
        super().__init__(_("This voucher was redeemed before."))


def voucher_key(kind: PaymentKind, code: str) -> str:
    """Return by what a voucher is known; none of a platform is redeemed twice."""
    return f"{kind.code}:{code}"


def require_unused(kind: PaymentKind, code: str) -> None:
    """Raise `VoucherUsed` for a voucher that paid a bill before."""
    known = sa.select(Payment.id).where(Payment.voucher_code == voucher_key(kind, code))
    if api.db.session.scalar(known) is not None:
        raise VoucherUsed


def deals_of(store_id: int) -> list[tuple[PaymentKind, Deal]]:
    """Return the deals whose vouchers count in a store, by platform."""
    rows = api.db.session.execute(
        sa.select(PaymentKind, Deal)
        .join(Deal, Deal.kind_id == PaymentKind.id)
        .where(Deal.on_sale, PaymentKind.in_use)
        .order_by(PaymentKind.place, PaymentKind.id, Deal.name)
    ).all()
    here = what_vouchers_give(store_id) if rows else {}
    return [(kind, deal) for kind, deal in rows if deal.gives in here]


def what_vouchers_give(store_id: int | None = None) -> dict[str, Given]:
    """Return all that deals may give in a store (None: in any), as deals say it."""
    kinds = line_kinds()
    found = {}
    for key in VOUCHERS:
        given = kinds[key].given if key in kinds else None
        for one in given(store_id) if given is not None else ():
            found[f"{key}:{one.number}"] = one
    found["product"] = Given(0, api.gettext("A product, called as the deal is"))
    return found


def services_given(store_id: int | None) -> list[Given]:
    """Name the services that a voucher may give, in a store or (None) in any."""
    elsewhere = sa.select(ServiceStore.service_id)
    wanted = sa.select(Service, Variant).join(Variant, Variant.service_id == Service.id)
    if store_id is not None:
        here = elsewhere.where(ServiceStore.store_id == store_id)
        wanted = wanted.where(sa.or_(Service.id.in_(here), Service.id.not_in(elsewhere)))
    rows = api.db.session.execute(wanted.where(Service.on_sale).order_by(Service.name, Variant.id))
    return [Given(variant.id, _called(service, variant)) for service, variant in rows]


def _called(service: Service, variant: Variant) -> str:
    return f"{service.shown_name} · {variant.shown_name}" if variant.name else service.shown_name


def describe_voucher(asked: Asked) -> Described:
    """Describe what a voucher gives: its `code`, and the `deal_id` that it is of.

    A card, or a product with stock, has the facts of one that is sold, so that it is sold like
    every other.
    """
    number, code = asked.facts.get("deal_id"), str(asked.facts.get("code") or "").strip()
    deal = api.db.session.get(Deal, number) if isinstance(number, int) else None
    kind = api.db.session.get_one(PaymentKind, deal.kind_id) if deal else None
    known = deal is not None and deal.id in {one.id for _kind, one in deals_of(asked.bill.store_id)}
    if deal is None or kind is None or not known:
        raise api.NotFound(_("There is no such deal in this store."))
    if asked.quantity != 1:
        raise api.Refused(_("There is one voucher on a line."))
    if not 0 < len(code) <= LONGEST:
        raise api.Refused(_("Enter the code of the %(kind)s voucher.", kind=kind.shown_name))
    require_unused(kind, code)
    facts = {
        **_facts_as_sold(asked, deal),
        "deal_id": deal.id,
        "code": code,
        "platform": kind.code,
        "fee_fen": deal.fee_fen,
        "names": {
            locale: f"{kind.names.get(locale) or kind.name} · {deal.names.get(locale) or deal.name}"
            for locale in {*kind.names, *deal.names}
        },
    }
    title = f"{kind.name} · {deal.name}"
    return Described(title, deal.price_fen, facts, deal.variant_id)


def _facts_as_sold(asked: Asked, deal: Deal) -> dict[str, Any]:
    kind = deal.gives.partition(":")[0]
    if kind not in AS_SOLD:
        return {}
    given = what_vouchers_give(asked.bill.store_id)[deal.gives]
    described = line_kind(kind).describe(replace(asked, facts=given.facts))
    return dict(described.facts)


@api.unit
def put_voucher(bill_id: int, deal_id: int, code: str, *, staff_id: int | None = None) -> Line:
    """Put on a bill what a voucher gives; one that is on it already is refused."""
    lock_bill(bill_id, "open")
    deal = api.db.session.get(Deal, deal_id)
    kind = VOUCHERS[deal.gives.partition(":")[0] if deal is not None else "service"]
    line = add_line(bill_id, kind, {"deal_id": deal_id, "code": code}, staff_id=staff_id)
    _refuse_twice(lines_of(bill_id))
    return line


def _refuse_twice(lines: Sequence[Line]) -> None:
    found = [(line.facts["platform"], line.facts["code"]) for line in vouchers_on(lines)]
    if len(set(found)) < len(found):
        raise VoucherUsed


def vouchers_on(lines: Sequence[Line]) -> list[Line]:
    """Return the lines that vouchers pay."""
    return [line for line in lines if line.kind in VOUCHERS.values()]


def voucher_tender(line: Line) -> Tender:
    """Return the one means by which a voucher's line is paid."""
    facts = {"deal_id": line.facts["deal_id"], "fee_fen": line.facts["fee_fen"]}
    code = line.facts["code"]
    return Tender(line.facts["platform"], line.list_fen, voucher_code=code, facts=facts)


def bind_vouchers(lines: Sequence[Line], coins: Sequence[Coin]) -> None:
    """Let each voucher pay its own line and no other; refused unless all of them are there."""
    _refuse_twice(lines)
    for line in vouchers_on(lines):
        wanted = voucher_tender(line)
        mark = (wanted.kind, wanted.amount_fen, wanted.voucher_code)
        for coin in coins:
            tender = coin.tender
            if (tender.kind, tender.amount_fen, (tender.voucher_code or "").strip()) == mark:
                coin.line_id = line.id
                coin.tender = replace(tender, facts={**tender.facts, **wanted.facts})
                break
        else:
            raise api.Refused(
                _(
                    "The voucher %(code)s pays for %(what)s.",
                    code=wanted.voucher_code,
                    what=line.title,
                )
            )


def book_fee(settling: Settling, line: Line, _money: Sequence[Money]) -> list[Taken]:
    """Book what the platform keeps of a voucher, so that it owes the rest."""
    fee = int(line.facts["fee_fen"])
    if fee:
        account = _account(settling.bill, line)
        head = _entry(settling, line)
        post(head, [Move(salon("fee", settling.bill.store_id), account, fee)])
    return []


def given_by(line: Line) -> LineKind:
    """Return the kind of what a voucher's line gives."""
    return line_kind(next(key for key, kind in VOUCHERS.items() if kind == line.kind))


def sell_given(settling: Settling, line: Line, money: Sequence[Money]) -> Sequence[Taken]:
    """Sell the card or product that a voucher gives, and book what the platform keeps."""
    sell = given_by(line).settle
    taken = sell(settling, line, money) if sell is not None else ()
    book_fee(settling, line, money)
    return taken


def undo_given(settling: Settling, line: Line, reason: str) -> None:
    """Take what a voucher gave back, and its fee."""
    undo = given_by(line).undo
    if undo is not None:
        undo(settling, line, reason)
    undo_fee(settling, line, reason)


def put_back(settling: Settling, line: Line, quantity: int, reason: str) -> int:
    """Put the product of a voucher back on the shelf, which the guest brought."""
    refund = given_by(line).refund
    return refund(settling, line, quantity, reason) if refund is not None else 0


def warn_of_given(bill: Bill, line: Line) -> str:
    """Say what staff should know of what a voucher gives, such as that none is left."""
    warn = given_by(line).warn
    return warn(bill, line) if warn is not None else ""


def undo_fee(settling: Settling, line: Line, reason: str) -> None:
    """Take the fee of a voucher back with its bill."""
    head = _entry(settling, line)
    wanted = sa.select(Journal.id).where(Journal.idem_key == head.key)
    journal_id = api.db.session.scalar(wanted)
    if journal_id is not None:
        undo = replace(head, key=f"{head.key}:undo", code="reverse", asked=None, note=reason)
        reverse(undo, journal_id)


def refund_fee(settling: Settling, line: Line, _quantity: int, reason: str) -> int:
    """Take the fee back of a voucher that is refunded: the platform keeps none then."""
    undo_fee(settling, line, reason)
    return 0


def _account(bill: Bill, line: Line) -> Name:
    wanted = sa.select(PaymentKind).where(PaymentKind.code == line.facts["platform"])
    kind = api.db.session.scalars(wanted).one()
    return booked_account(bill, kind, voucher_tender(line))


def _entry(settling: Settling, line: Line) -> Entry:
    # Not among the journals of the settlement itself, which come to what the guest paid.
    head = settling.entry("fee", FEE, line)
    return replace(head, key=f"voucher:{head.key}")


KINDS = (
    *(
        LineKind(
            VOUCHERS[gives],
            gives,
            _("Platform voucher"),
            describe_voucher,
            book_fee,
            undo_fee,
            refund_fee,
            discountable=False,
            prepaid=True,
        )
        for gives in ("service", "product")
    ),
    LineKind(
        VOUCHERS["goods"],
        "product",
        _("Platform voucher"),
        describe_voucher,
        sell_given,
        undo_given,
        put_back,
        comes_back=True,
        refunded=undo_fee,
        warn=warn_of_given,
        discountable=False,
        prepaid=True,
    ),
    LineKind(
        VOUCHERS["card"],
        "card",
        _("Platform voucher"),
        describe_voucher,
        sell_given,
        undo_given,
        discountable=False,
        prepaid=True,
    ),
)
