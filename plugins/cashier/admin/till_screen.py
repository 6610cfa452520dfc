"""What the screen of the till shows, put together for its templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import render_template, request

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.till_acts import SMS_PURPOSE, Found, offer_key
from plugins.cashier.contracts import ContractNote
from plugins.cashier.desk import Goods
from plugins.cashier.models import Bill
from plugins.cashier.permissions import (
    ALLOW_OWING,
    CHANGE_PRICES,
    DEDUCT_ALONE,
    EDIT_PERFORMERS,
    GIVE_BONUS,
    GIVE_FREE,
    OPEN_BILLS,
    REOPEN_BILLS,
    SEE_BILLS,
    SETTLE_BILLS,
    SETTLE_UNCONFIRMED,
    VOID_BILLS,
)
from plugins.cashier.priced import Proposal
from plugins.cashier.services import billing
from plugins.cashier.services.arrivals import arrival_clock, arrival_for
from plugins.cashier.services.asking import goods_of, guests_of, line_kinds, member_offers
from plugins.cashier.services.byhand import ROUNDING_MOST
from plugins.cashier.services.catalogue import services_of
from plugins.cashier.services.choosing import proposals_for
from plugins.cashier.services.confirm_asking import last_question
from plugins.cashier.services.confirming import CONFIRM, EQUAL
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.performers import staff_of_store
from plugins.cashier.services.prepaid import prepaid_notices
from plugins.cashier.services.printing import chosen_printer
from plugins.cashier.services.tendering import Choice, Plan, all_kinds, money_kinds, plan
from plugins.cashier.services.top_up_contracts import contracts_on, notes_of
from plugins.cashier.services.top_up_terms import terms_at_counter
from plugins.cashier.services.unpaying import payment_to_undo
from plugins.ledger.api import standings
from plugins.membership.api import (
    ADD_MEMBERS,
    Member,
    last_visit_on,
    level_of,
    offers_for,
    purses_of,
    say_days_ago,
)
from plugins.messages.api import send_code
from plugins.salon.api import Service, Variant, price_of

MAY = {
    "settle": SETTLE_BILLS,
    "price": CHANGE_PRICES,
    "free": GIVE_FREE,
    "bonus": GIVE_BONUS,
    "alone": DEDUCT_ALONE,
    "unconfirmed": SETTLE_UNCONFIRMED,
    "owe": ALLOW_OWING,
    "void": VOID_BILLS,
    "reopen": REOPEN_BILLS,
    "share": EDIT_PERFORMERS,
    "add_member": ADD_MEMBERS,
}
MOST_PROPOSED = 2
#: What stands on the till besides services, in this order.
SHELVES = (("cards", _("Cards")), ("products", _("Products")))
#: Sums that are often topped up, where the salon has no offers.
TOP_UPS = (50_000, 100_000, 200_000)
REASONS = (
    _("Regular guest"),
    _("Not satisfied"),
    _("Agreed with the manager"),
    _("Staff price"),
)


def stores() -> list[api.Store]:
    """Return the stores in which the person may open bills."""
    return [s for s in api.visible_stores() if not s.closed and OPEN_BILLS.held(s.id)]


def store_here() -> api.Store | None:
    """Return the store whose till this is; None while it has to be chosen."""
    wanted = request.args.get("store", type=int) or api.actor().store_id
    offered = stores()
    if len(offered) == 1:
        return offered[0]
    return next((store for store in offered if store.id == wanted), None)


def store_named(number: int | None) -> api.Store:
    """Return the store of a form; 404 for one in which the person opens no bills."""
    found = next((store for store in stores() if store.id == number), None)
    if found is None:
        raise api.NotFound(_("There is no such store."))
    return found


def store_of(bill: Bill) -> api.Store:
    """Return the store of a bill."""
    return api.db.session.get_one(api.Store, bill.store_id)


def ask_store(view: Any) -> str:
    """Draw the choice of a store."""
    return api.render("cashier/till/stores.html", view=view, stores=stores())


def draw(view: Any, template: str, **told: Any) -> str:
    """Draw the screen, or the parts of it that change."""
    if template.endswith("_parts.html"):
        return render_template(template, view=view, **told, **drawing.words())
    offered = services_of(told["store"].id)
    return api.render(
        template,
        view=view,
        catalogue=[
            (category, [_button(service) for service in some]) for category, some in offered
        ],
        shelves=_shelves(told["store"].id),
        **told,
        **drawing.words(),
    )


def _shelves(store_id: int) -> list[tuple[str, Any, list[Goods]]]:
    """Return what a store sells besides services, by shelf; an empty one is left out."""
    goods = goods_of(store_id)
    shelves = [
        (shelf, label, [one for one in goods if one.shelf == shelf]) for shelf, label in SHELVES
    ]
    return [one for one in shelves if one[2]]


def draw_found(found: Found) -> str:
    """Draw what is being typed leads to."""
    words = drawing.words()
    return render_template("cashier/till/_found.html", found=found, button=_button, **words)


def _button(service: Service) -> dict[str, Any]:
    """Return a service as the buttons of the till show it."""
    return {
        "service": service,
        "variants": [(variant, _price(service, variant)) for variant in service.variants],
        "asks": service.pricing != "fixed",
    }


def _price(service: Service, variant: Variant) -> str:
    price = price_of(service, variant)
    if price.fen is None:
        return api.gettext("as agreed")
    shown = api.format_fen(price.fen).removesuffix(".00")
    return shown if service.pricing == "fixed" else api.gettext("from %(price)s", price=shown)


def tell(bill: Bill | None, store: api.Store, chosen: Plan | None) -> dict[str, Any]:
    """Return what the templates of the screen read."""
    waiting = billing.open_bills(frozenset({store.id}), "open", "held", "part_paid")
    known = members_of(waiting)
    others = [
        (each, known.get(each.member_id or 0))
        for each in waiting
        if bill is None or each.id != bill.id
    ]
    told: dict[str, Any] = {
        "bill": bill,
        "store": store,
        "others": others,
        "member": None,
        "rows": [],
        "plan": None,
        "staff": sorted(staff_of_store(store.id), key=lambda who: who.level_id is None),
        "may": {name: needs.held(store.id) for name, needs in MAY.items()},
        "guests": guests_of(store.id) if bill is None else [],
        "key": new_key(),
        "reasons": REASONS,
        "printer": chosen_printer(store.id),
    }
    if bill is not None:
        told |= _tell_bill(bill, chosen)
    return told


def members_of(bills: Sequence[Bill]) -> dict[int, Member]:
    """Return the members of some bills, by number, in one query."""
    numbers = {bill.member_id for bill in bills if bill.member_id}
    if not numbers:
        return {}
    found = api.db.session.scalars(sa.select(Member).where(Member.id.in_(numbers)))
    return {member.id: member for member in found}


def _tell_bill(bill: Bill, chosen: Plan | None) -> dict[str, Any]:
    bill = api.db.session.get_one(Bill, bill.id)
    rows = drawing.lines_shown(bill)
    payable = bill.state in ("open", "part_paid") and bool(rows)
    asked = last_question(bill) if payable and CONFIRM.get(bill.store_id) != "off" else None
    if asked is not None and asked[1] in ("asked", "confirmed"):
        chosen = plan(bill, [Choice(**each) for each in asked[0].told["choices"]])
    now = (chosen or plan(bill)) if payable else None
    steps = {line.line_id: line for line in now.quote.lines} if now and now.quote else {}
    member = billing.member_of(bill)
    return {
        "bill": bill,
        "asked": asked,
        "me": api.actor().user_id,
        "equal": EQUAL.get(bill.store_id),
        "member": member,
        "panel": _panel(member, bill) if member else None,
        "rows": rows,
        "terms": terms_at_counter(bill, [row["line"] for row in rows]),
        "prepaid": prepaid_notices(bill, [row["line"] for row in rows]),
        "quoted": steps,
        "plan": now,
        "proposals": _proposals(bill, now),
        "kinds": money_kinds(),
        "kind_of": {kind.code: kind for kind in all_kinds()},
        "last_payment": payment_to_undo(bill) if REOPEN_BILLS.held(bill.store_id) else None,
        "round_offs": _round_offs(bill, now) if bill.state == "open" else [],
        "kind_titles": {key: kind.title for key, kind in line_kinds().items()},
        "fixed": {key for key, kind in line_kinds().items() if not kind.discountable},
        "unsigned": _unsigned(bill, rows),
        "payments": drawing.payments_of(bill.id) if bill.state not in ("open", "held") else [],
    }


def _proposals(bill: Bill, now: Plan | None) -> list[Proposal]:
    """Return ways to pay that save the member more than what is chosen now, the best first."""
    if now is None or now.quote is None or bill.state != "open" or bill.member_id is None:
        return []
    saved = now.quote.list_fen - now.due_fen
    found = proposals_for(bill.id)
    return [one for one in found if one.saved_fen > saved][:MOST_PROPOSED]


def _round_offs(bill: Bill, now: Plan | None) -> list[int]:
    """Return the sums that are worth rounding off: to whole yuan, to five, to ten."""
    if now is None:
        return []
    rounded = int(bill.choices.get("rounding_fen", 0))
    prepaid = sum(choice.amount_fen for choice in now.choices if choice.fixed)
    whole, most = now.due_fen - prepaid + rounded, ROUNDING_MOST.get(bill.store_id)
    return sorted({whole % step for step in (100, 500, 1000) if 0 < whole % step <= most})


def _unsigned(bill: Bill, rows: Sequence[Mapping[str, Any]]) -> list[ContractNote]:
    """Return the contracts of the top-ups of a settled bill that she has not signed yet."""
    sold = [row["line"].id for row in rows if row["line"].kind == "top_up"]
    if bill.state in ("open", "held") or not sold or not SEE_BILLS.held(bill.store_id):
        return []
    return [one for one in notes_of(contracts_on(sold)) if one.wanted]


def _panel(member: Member, bill: Bill) -> dict[str, Any]:
    """Return what the front desk must see of a member at once."""
    held = standings([member.id], ["points", "all_points", "owing"])[member.id]
    tiers = offers_for(member.id, bill.store_id) if bill.state == "open" else []
    offers = member_offers(member.id, bill.store_id) if bill.state == "open" else []
    visited_on = last_visit_on(member.id) if bill.state == "open" else None
    return {
        "level": level_of(member.id),
        "visited_on": visited_on,
        "visited": say_days_ago(visited_on, today_of(bill.store_id)) if visited_on else "",
        "purses": [p for p in purses_of(member.id) if p.balance_fen or p.code == ""],
        "points": held["all_points"],
        "owing_fen": -held["owing"],
        "offers": [(offer, offer_key(offer)) for offer in offers],
        "tiers": tiers,
        "top_ups": [] if tiers else TOP_UPS,
        "has_phone": bool(member.phone),
        "arrived": arrival_clock(arrival_for(bill)),
    }


def send_sms_code(bill: Bill) -> None:
    """Send the member of a bill a code with which she agrees."""
    member = billing.member_of(bill)
    if member is None or not member.phone:
        raise api.Refused(_("She has no phone number on file."))
    phone = member.phone
    api.db.session.rollback()
    send_code(phone, SMS_PURPOSE)
