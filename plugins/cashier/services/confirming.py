"""Where what is taken from a member is confirmed on her phone as well, and what serves for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Confirmation, Line
from plugins.cashier.offers import Quote, Tender
from plugins.cashier.services.asking import line_kinds, member_offers
from plugins.cashier.services.cards_on_bill import purses_on
from plugins.ledger.api import standings

GROUP = _("Confirmation on her phone")
CONFIRM = api.Setting(
    "cashier.confirm",
    _("What is taken from a member is confirmed on her phone as well"),
    "off",
    choices=(("off", _("never")), ("above", _("above an amount")), ("always", _("always"))),
    help=_("Balance, sessions and points. Her member code alone does not settle the bill then."),
    per_store=True,
    group=GROUP,
)
ABOVE = api.Setting(
    "cashier.confirm_above_fen",
    _("Confirmed on her phone above"),
    50_000,
    help=_("What is taken from balance, sessions at their list price, and points."),
    least=0,
    per_store=True,
    group=GROUP,
)
EQUAL = api.Setting(
    "cashier.confirm_equal",
    _("Her PIN, a code by SMS or her signature serves as well"),
    True,
    per_store=True,
    group=GROUP,
)
CONFIRM_SETTINGS = (CONFIRM, ABOVE, EQUAL)


class NotConfirmed(api.Refused):
    """The member has to confirm on her phone first what is taken from her."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("She has to confirm on her phone what is taken from her."))


@dataclass(frozen=True)
class Taking:
    """What a settlement would take from its member: its worth, and the sign of all about it."""

    value_fen: int
    sign: str


def worth_of(lines: Sequence[Line], balance_fen: int, points_fen: int) -> int:
    """Return what is taken from a member by settling *lines*: balance, sessions, points."""
    kinds = line_kinds()
    taken = (line for line in lines if line.kind in kinds and kinds[line.kind].takes)
    worths = ((kinds[line.kind].worth, line) for line in taken)
    return balance_fen + points_fen + sum(worth(line) for worth, line in worths if worth)


def points_worth(found: Quote | None) -> int:
    """Return what the points of a quote take off."""
    steps = (step for line in found.lines for step in line.steps) if found else ()
    return sum(step.amount_fen for step in steps if step.step == "points")


def wants_phone(store_id: int, value_fen: int) -> bool:
    """Tell whether a member confirms on her phone that so much is taken from her in a store."""
    rule = CONFIRM.get(store_id)
    return rule == "always" or (rule == "above" and value_fen > ABOVE.get(store_id))


def taking_of(
    bill: Bill,
    lines: Sequence[Line],
    tenders: Sequence[Tender],
    found: Quote | None,
    dues: Mapping[int, int],
    version: int,
) -> Taking:
    """Return what settling *lines* takes from the member; *version* is the bill's before it.

    Without a quote it was settled in part before, and only balance is taken.
    """
    balance = sum(tender.amount_fen for tender in tenders if tender.kind == "balance")
    value = worth_of(lines if found else (), balance, points_worth(found))
    shown = [line_told(line, dues[line.id]) for line in lines]
    return Taking(value, _sign(bill, version, shown, tenders, found.points if found else 0))


def tell_taking(
    bill: Bill,
    lines: Sequence[Line],
    tenders: Sequence[Tender],
    found: Quote | None,
    dues: Mapping[int, int],
) -> dict[str, Any]:
    """Return what a member's phone shows of it, for keeping: lines, what is taken, what is left."""
    balance = [tender for tender in tenders if tender.kind == "balance"]
    due = sum(dues.values())
    return {
        "due_fen": due,
        "money_fen": due - sum(tender.amount_fen for tender in balance),
        "lines": [line_told(line, dues[line.id]) for line in lines],
        "taken": [
            *_from_balance(bill, lines, balance),
            *_sessions(bill, lines if found else ()),
            *_points(bill, found),
        ],
    }


def line_told(line: Line, due_fen: int) -> dict[str, Any]:
    """Return a line as it is confirmed."""
    return {
        "line": line.id,
        "title": line.title,
        "names": line.facts.get("names") or {},
        "quantity": line.quantity,
        "list_fen": line.list_fen,
        "due_fen": due_fen,
    }


def _from_balance(
    bill: Bill, lines: Sequence[Line], tenders: Sequence[Tender]
) -> Iterator[dict[str, Any]]:
    held = {purse.code: (purse, fen) for purse, fen in purses_on(bill, lines)} if tenders else {}
    for tender in tenders:
        purse, fen = held.get(tender.purse or "", (None, 0))
        title = purse.title if purse is not None and purse.code else _("Balance")
        after = max(0, fen - tender.amount_fen)
        yield {"title": api.freeze(title), "fen": tender.amount_fen, "after_fen": after}


def _sessions(bill: Bill, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    kinds, gone = line_kinds(), dict[str, int]()
    taking = [line for line in lines if line.kind in kinds and kinds[line.kind].takes]
    offers = member_offers(bill.member_id, bill.store_id) if taking and bill.member_id else []
    for line in taking:
        told: dict[str, Any] = {"title": api.freeze(api.translate(line.title, {}))}
        told |= {"names": line.facts.get("names") or {}, "sessions": line.quantity}
        offer = next((one for one in offers if one.kind == line.kind and _fits(one, line)), None)
        if offer is not None and offer.left is not None:
            gone[offer.pool] = gone.get(offer.pool, 0) + line.quantity
            told["left"] = max(0, offer.left - gone[offer.pool])
        yield told


def _fits(offer: Any, line: Line) -> bool:
    return all(line.facts.get(name) == value for name, value in offer.facts.items())


def _points(bill: Bill, found: Quote | None) -> Iterator[dict[str, Any]]:
    if found and found.points and bill.member_id:
        held = standings([bill.member_id], ["all_points"])[bill.member_id]["all_points"]
        title = api.freeze(_("%(points)s points", points=f"{found.points:,}"))
        left = held - found.points
        yield {"title": title, "fen": points_worth(found), "points": found.points, "left": left}


def _sign(
    bill: Bill,
    version: int,
    lines: Sequence[Mapping[str, Any]],
    tenders: Sequence[Tender],
    points: int,
) -> str:
    """Return the SHA-256 of what is settled and how."""
    paid = [[each.kind, each.amount_fen, each.purse, each.voucher_code] for each in tenders]
    whole = [bill.id, bill.member_id, bill.store_id, version, lines, points, paid]
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def find_standing(bill_id: int, sign: str) -> Confirmation | None:
    """Return what a member confirmed, or a manager decided, of just this; None without it."""
    wanted = (
        sa.select(Confirmation)
        .where(Confirmation.bill_id == bill_id, Confirmation.sign == sign)
        .where(Confirmation.state.in_(("confirmed", "overridden")))
        .where(Confirmation.settlement_id.is_(None), Confirmation.until_at > api.now())
        .order_by(Confirmation.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return api.db.session.scalar(wanted)
