"""What ties bookings to the till: acts on a visit, settlements, what members read and choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from console import api
from console.api import _
from plugins.booking.api import Asked, Note, Terms, Visit, free_until, turn_visit
from plugins.cashier.api import (
    LineKind,
    PaidAhead,
    PaymentMethod,
    Refund,
    arrival_clock,
    arrivals_about,
    end_arrivals_about,
    member_offers,
    takes_online,
)
from plugins.checkout.models import Deposit
from plugins.checkout.services import deposits, lines
from plugins.checkout.services.arriving import check_in, name_of
from plugins.checkout.services.billing import (
    OPEN,
    bill_of,
    is_for,
    link_of,
    put_extension,
    unlink_bill,
    visit_of,
)
from plugins.checkout.services.deposits import deposit_of, held_fen, lock_deposit
from plugins.checkout.services.rules import MINUTES, demand_for, label, say_terms
from plugins.membership.api import move_rows

BUY = "/cashier/buy/deposit?visit_id="


@api.hookimpl
def cashier_line_kinds() -> Iterable[LineKind]:
    """Let deposits be paid on a bill and on the phone."""
    return (lines.LINE,)


@api.hookimpl
def cashier_payment_methods() -> Iterable[PaymentMethod]:
    """Set deposits off."""
    return (lines.METHOD,)


@api.hookimpl
def cashier_member_arriving(arrival_id: int) -> None:
    """Check in the visit of a member whose code was scanned on arrival."""
    check_in(arrival_id)


@api.hookimpl
def cashier_deposits(bill_id: int) -> Iterable[PaidAhead]:
    """Set the deposit of a visit off against its bill."""
    deposit = lines.deposit_on(bill_id)
    if deposit is not None:
        yield PaidAhead(deposits.KIND, held_fen(deposit.id))


@api.hookimpl
def booking_terms(asked: Asked) -> Iterator[Terms]:
    """Say what deposit is asked for, and let her choose a session of her card."""
    services = [(number, asked.price_fen) for number in asked.variant_ids]
    demand = demand_for(asked.store_id, asked.member_id, services)
    minutes = MINUTES.get() if demand is not None and takes_online() else 0
    words: list[str] = []
    if demand is not None:
        store = api.db.session.get_one(api.Store, asked.store_id)
        free = free_until(asked.starts_at, asked.store_id)
        zone = ZoneInfo(store.time_zone)
        words = say_terms(demand.fen, no_shows=demand.no_shows, free_until=free, zone=zone)
        if minutes:
            count = api.gettext(
                "You pay it on the next page; your time is kept for %(count)s minutes.",
                count=minutes,
            )
            words.append(count)
        else:
            words.append(api.gettext("Please pay it at the store before you come."))
    yield Terms(words, _ways(asked))


def _ways(asked: Asked) -> list[tuple[str, Any]]:
    """Return how she may wish to pay, where she has a choice."""
    offers = [
        one for one in member_offers(asked.member_id, asked.store_id) if one.kind == "session"
    ]
    fitting = [one for one in offers if any(is_for(one, each) for each in asked.variant_ids)]
    if not fitting:
        return []
    best = fitting[0]
    said = api.gettext("With a session: %(card)s (%(left)s)", card=best.title, left=best.left_words)
    return [("card", said), ("shop", _("Later, in the shop"))]


@api.hookimpl
def booking_visit_sending(visit_id: int, form: Mapping[str, str]) -> int | None:
    """Note how she wishes to pay, and ask for the deposit; her time is kept while she pays it."""
    if form.get("way") == "card":
        link_of(visit_id).way = "card"
    now = api.now()
    deposit = deposits.ask_deposit(api.db.session.get_one(Visit, visit_id))
    if deposit is None or not takes_online():
        return None
    # Sending it again keeps the time no longer: nobody could hold one without paying for it.
    return MINUTES.get() if deposit.asked_at >= now else 0


@api.hookimpl
def booking_lead_guest(visit_id: int) -> str | None:
    """Lead her to pay the deposit that her time is kept for."""
    if api.db.session.get_one(Visit, visit_id).status != "hold":
        return None
    deposit = deposit_of(visit_id)
    return f"{BUY}{visit_id}" if deposit is not None and deposit.state == "due" else None


@api.hookimpl
def booking_phone_notes(visit_id: int) -> Iterator[Note]:
    """Show that she was scanned on arrival, her deposit, and where to pay one that is due."""
    arrival = arrivals_about([name_of(visit_id)]).get(name_of(visit_id))
    if arrival is not None:
        words = _("Your code is your consent to what is taken on this visit.")
        yield Note(_("Scanned on arrival"), arrival_clock(arrival), words)
    deposit = deposit_of(visit_id)
    visit = api.db.session.get_one(Visit, visit_id)
    if deposit is None or (deposit.state == "due" and visit.status not in lines.EXPECTED):
        return
    word = dict(STATES)[deposit.state]
    said = f"{api.format_fen(deposit.amount_fen)} · {word}"
    may_pay = deposit.state == "due" and visit.status in ("pending", "confirmed") and takes_online()
    yield Note(
        label(),
        said,
        lines.terms_of(deposit)[-1] if deposit.state in ("due", "paid") else deposit.reason,
        f"{BUY}{visit_id}" if may_pay else "",
        _("Pay %(amount)s", amount=api.format_fen(deposit.amount_fen)),
    )


#: What a member reads of her deposit.
STATES: tuple[tuple[str, Any], ...] = (
    ("due", _("Not paid yet")),
    ("paid", api.lazy_pgettext("deposit", "Paid")),
    ("set_off", _("Set off")),
    ("returned", _("Returned")),
    ("kept", _("Kept by the salon")),
    ("lapsed", _("No longer asked for")),
)


@api.hookimpl
def booking_visit_turning(visit_id: int, act: str, member_id: int | None) -> None:
    """Ask for, return or keep the deposit of a visit as it goes on; bill what was added."""
    if act == "extend":
        _bill_extension(visit_id)
        return
    if act == "cancel":
        end_arrivals_about(name_of(visit_id), "cancelled")
    if member_id is None or act not in TURNED:
        return  # deposits are asked of members only
    visit = api.db.session.get_one(Visit, visit_id)
    if act == "book" and visit.source in ASKED_WHEN_BOOKED:
        deposits.ask_deposit(visit)
        return
    deposit = deposit_of(visit_id) if act != "book" else None
    if deposit is not None:
        _turn(visit, deposit, act)


#: Whose booking no member sent, so that none was asked then; who walks in pays when she leaves.
ASKED_WHEN_BOOKED = ("desk", "waiting")
TURNED = ("book", "cancel", "reject", "no_show", "arrive")


def _turn(visit: Visit, deposit: Deposit, act: str) -> None:
    if deposit.state == "due" and act != "arrive":
        deposit.state = "lapsed"
    elif act == "arrive":
        deposits.take_back_kept(deposit.id, api.gettext("She came after all"))
    elif act == "reject" or (act == "cancel" and deposits.in_time(visit)):
        deposits.return_deposit(deposit.id, api.gettext("The booking was given up in time"))
    elif act == "cancel":
        deposits.keep_deposit(deposit.id, api.gettext("Cancelled too late"))
    else:
        deposits.keep_deposit(deposit.id, api.gettext("Nobody came"))


def _bill_extension(visit_id: int) -> None:
    """Put what a visit was extended by on its bill, while that may be changed."""
    bill = bill_of(visit_id)
    visit = api.db.session.get_one(Visit, visit_id)
    if bill is not None and bill.state == "open":
        put_extension(bill, visit, deposits.last_extension(visit_id))


@api.hookimpl
def cashier_bill_settling(bill_id: int) -> None:
    """Let a visit be done when its bill is settled, and its deposit be set off."""
    deposit = lines.deposit_on(bill_id)
    if deposit is not None and deposit.state == "paid" and not held_fen(deposit.id):
        deposit.state, deposit.ended_at = "set_off", api.now()
        deposit.version += 1
    visit = visit_of(bill_id)
    if visit is None:
        return
    if visit.status == "confirmed" and visit.starts_at <= api.now() + dt.timedelta(hours=12):
        turn_visit(visit.id, "arrive")
    if visit.status in ("arrived", "in_service"):
        turn_visit(visit.id, "done")


@api.hookimpl
def cashier_bill_voiding(bill_id: int) -> None:
    """Free the visit of a bill that is made void; its deposit is hers again after a reopening."""
    deposit = lines.deposit_on(bill_id)
    if deposit is not None and deposit.state == "set_off":
        deposit.state, deposit.ended_at = "paid", None
        deposit.version += 1
    unlink_bill(bill_id, OPEN)


@api.hookimpl
def cashier_bill_settled(bill_id: int) -> None:
    """Send back a deposit that was paid twice, or for a time that was gone by then."""
    for line in deposits.lines_of_deposit(bill_id):
        deposit = lock_deposit(line.facts["deposit_id"])
        if deposit.line_id != line.id:
            if line.state == "settled":
                reason = api.gettext("It was paid twice")
                deposits.give_back(deposit, line.id, line.due_fen, reason)
            continue
        visit = api.db.session.get(Visit, deposit.visit_id or 0)
        if deposit.state == "paid" and (visit is None or visit.status not in lines.EXPECTED):
            deposits.return_deposit(deposit.id, api.gettext("The time could not be kept"))


@api.hookimpl
def cashier_refund_made(refund_id: int) -> None:
    """Know a deposit as paid again when what it was set off against was refunded."""
    refund = api.db.session.get(Refund, refund_id)
    deposit = lines.deposit_on(refund.bill_id) if refund and refund.bill_id else None
    if deposit is not None and deposit.state == "set_off" and held_fen(deposit.id):
        deposit.state = "paid"
        deposit.version += 1


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the deposits of the gone file to the kept one."""
    move_rows(Deposit.member_id, kept_id, gone_id)


@api.hookimpl
def membership_member_erasing(member_id: int) -> None:
    """Forget who paid a deposit; that it was paid stays."""
    deposits.forget_names(member_id)
