"""What other plugins offer to the till: kinds of lines, ways to pay, price benefits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.cashier.models import Bill, Line, PaymentKind
from plugins.cashier.priced import Adjustment as Adjustment
from plugins.cashier.priced import Draft as Draft
from plugins.cashier.priced import DraftLine as DraftLine
from plugins.cashier.priced import Quote as Quote
from plugins.cashier.priced import QuoteLine as QuoteLine
from plugins.cashier.priced import Step as Step
from plugins.ledger.api import Entry, Name
from plugins.ledger.api import Tender as Money


@dataclass(frozen=True)
class FromBalance(Money):
    """Money that a member had paid ahead: *face_fen* of her balance with what is behind it.

    What the face value is more is bonus: a discount, never income.
    """

    face_fen: int = 0


@dataclass(frozen=True)
class Asked:
    """What was asked to be put on a bill; *facts* are the line kind's own, from a form."""

    bill: Bill
    quantity: int = 1
    staff_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Described:
    """What a line will say and cost: *unit_fen* is the list price of one."""

    title: str
    unit_fen: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    variant_id: int | None = None
    #: "services" or "products" for price benefits, "" where none counts.
    scope: str = ""
    #: Into whose books it goes when it is bought on a phone; None is the member's own store.
    store_id: int | None = None


@dataclass(frozen=True)
class Taken:
    """What settling a line took from a lot, or put into one; it becomes a part of the line."""

    ref: str
    amount_fen: int = 0
    lot_id: int | None = None
    principal_fen: int = 0
    bonus_fen: int = 0
    income_fen: int = 0
    sessions: int = 0


@dataclass(frozen=True)
class Settling:
    """A settlement that is going on, for the line kinds that take part in it.

    `entry` makes the head of a journal: its key is derived from the bill's, so that the same
    form sent twice posts once.
    """

    bill: Bill
    number: int
    booked_on: dt.date
    agreed_by: str | None
    performer_of: Callable[[Line], int | None]
    #: The day on which the guest paid and was served; the books may have it on another one.
    done_on: dt.date | None = None
    #: What each of its journals says of how the member agreed, besides the way.
    note: str = ""

    def entry(self, part: str, code: str, line: Line | None = None) -> Entry:
        """Return the head of a journal for *part* of this settlement, or for one line of it."""
        at = f"{part}:{line.id}" if line is not None else part
        return Entry(
            key=f"bill:{self.bill.key}:{self.number}:{at}",
            code=code,
            asked=[self.bill.id, self.number, at],
            ref=f"bill:{self.bill.id}",
            store_id=self.bill.store_id,
            business_on=self.booked_on,
            done_on=self.done_on,
            agreed_by=self.agreed_by,
            device=self.bill.device,
            note=self.note,
        )

    def ref(self, line: Line) -> str:
        """Return the reference in the ledger under which *line* is paid."""
        return f"bill:{self.bill.id}/{self.number}/{line.id}"


@dataclass(frozen=True)
class Terms:
    """A contract in words, as pairs of label and text, and the SHA-256 of what it says."""

    rows: Sequence[tuple[str, str]]
    digest: str


@dataclass(frozen=True)
class Given:
    """Something that a platform's voucher may give: *facts* make a line of its kind."""

    number: int
    title: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LineKind:
    """A kind of line: what it says and costs, and what else happens when it is settled.

    Lines of the order kinds *service* and *product* are consumption: the till takes their money
    and books revenue. Those of *recharge*, *card* and *deposit* are sales: `settle` gets the
    *money* that is for the line and books it itself; it is given no balance, unless it says
    `from_balance`, and owes nothing.
    Session lines are a *service* kind with nothing due whose `settle` uses the session. `undo` gets
    the settlement and the reason when a bill is reopened; journals that it leaves are reversed.
    With `pay`, which takes what was owing, a sale may be paid in part.
    """

    key: str
    order_kind: str
    title: Any
    describe: Callable[[Asked], Described]
    settle: Callable[[Settling, Line, Sequence[Money]], Sequence[Taken]] | None = None
    undo: Callable[[Settling, Line, str], None] | None = None
    #: Gives back what so many pieces of a line took besides money, and returns how many
    #: sessions that was.
    refund: Callable[[Settling, Line, int, str], int] | None = None
    #: Whether a refund asks if the pieces came back, and calls `refund` for those alone.
    comes_back: bool = False
    #: Takes back what else belongs to it, whether the pieces came back or not.
    refunded: Callable[[Settling, Line, str], None] | None = None
    #: Says what staff should know of a line of an open bill, such as that too few are left.
    warn: Callable[[Bill, Line], str] | None = None
    pay: Callable[[Settling, Line, Sequence[Money]], Sequence[Taken]] | None = None
    #: Follows when what `pay` took is taken back by itself: it is owing again.
    unpay: Callable[[Settling, Line, str], None] | None = None
    #: Whether price benefits count for it, and whether its price may be changed by hand.
    discountable: bool = True
    #: Whether something is taken from the member, so that she has to agree.
    takes: bool = False
    #: What that is worth, in fen; its list price.
    worth: Callable[[Line], int] | None = None
    #: Whether the money for it earns points.
    earns: bool = True
    #: Whether balance may pay for what it sells: `settle` gets such money as `FromBalance`.
    from_balance: bool = False
    #: Whether it was paid elsewhere before: neither balance nor other money pays for it.
    prepaid: bool = False
    #: Makes facts of what a member's phone asks for; None where it is not sold online.
    online: Callable[[Mapping[str, str]], Mapping[str, Any]] | None = None
    #: Says the contract that she reads and ticks before she buys it on her phone, if there is one.
    terms: Callable[[Bill, Mapping[str, Any]], Terms | None] | None = None
    #: Names what of it a platform's voucher may give, in a store or (None) in any.
    given: Callable[[int | None], Sequence[Given]] | None = None


@dataclass(frozen=True)
class Offer:
    """Something that a member may have put on a bill today: *kind* and *facts* make its line.

    *title* says what it is and *left_words* what is left of it, in the reader's language.
    Of a session *pool* says what it is taken from, with how many *left* (None: without end),
    what it was bought for and what the service costs more.
    """

    kind: str
    title: str
    facts: Mapping[str, Any]
    left_words: str = ""
    pool: str = ""
    left: int | None = None
    worth_fen: int = 0
    extra_fen: int = 0


@dataclass(frozen=True)
class PaidAhead:
    """Money that a guest has paid ahead for a bill: a payment kind by its code, and how much."""

    kind: str
    amount_fen: int


@dataclass(frozen=True)
class Tender:
    """One means of paying: a payment kind by its code, and how much of the bill it pays.

    *given_fen* is what was handed over in cash; the rest goes back as change. *ref* names an
    online payment that the provider has confirmed.
    """

    kind: str
    amount_fen: int
    given_fen: int | None = None
    trade_no: str = ""
    voucher_code: str | None = None
    purse: str | None = None
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PaymentMethod:
    """Who takes the money of some payment kinds.

    `account` names the account that is debited; it raises `Refused` where the money is not
    there (an online payment that is not confirmed). It runs in the unit of the settlement.
    """

    key: str
    title: Any
    account: Callable[[Bill, PaymentKind, Tender], Name]
    online: bool = False


def by_key(offers: Iterable[Any]) -> dict[str, Any]:
    """Return offers by their keys; the first of a key counts."""
    found: dict[str, Any] = {}
    for offer in offers:
        found.setdefault(offer.key, offer)
    return found
