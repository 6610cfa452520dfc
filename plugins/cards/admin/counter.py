"""At the counter: selling a card, and using a session."""

from __future__ import annotations

import io
from typing import Any

import sqlalchemy as sa
from flask import redirect, request, send_file

from console import api
from console.api import _
from plugins.cards.admin.agreeing import agreement, confirms_in, waits_at_till, ways_for
from plugins.cards.admin.places import (
    BALANCE,
    TILL,
    at_the_till,
    balance_to_pay,
    fen_of,
    key_of_form,
    means_of,
    means_to_pay,
    new_key,
    number_of,
    reach,
    require_store,
    say,
    store_here,
    stores_for,
    today_of,
    yuan,
)
from plugins.cards.admin.waiting import WAITING, WaitingPages
from plugins.cards.permissions import EXPORT_EVIDENCE, SELL_CARDS, USE_SESSIONS
from plugins.cards.services.alone import ask_alone, begin_sale, sell_alone, use_alone
from plugins.cards.services.evidence import pack_evidence
from plugins.cards.services.offering import offers_of
from plugins.cards.services.selling import list_total, products_on_sale
from plugins.cashier.api import arrival_clock, find_arrival
from plugins.membership.api import Member, find_exactly, read_code
from plugins.salon.api import Staff, StaffStore

HOME = "/console/cards/counter/"
CARDS = "/console/cards/cards/"


class CounterView(WaitingPages, api.AdminView):
    """Finding a member, then selling her a card or using a session of hers."""

    title, noun = _("Use a session"), "counter"
    group, icon, order = "cards", "ticket", 10

    @api.page("/", needs=USE_SESSIONS)
    def find(self) -> Any:
        return self._find()

    @api.page("/", needs=USE_SESSIONS, methods=("POST",))
    def found(self) -> Any:
        """Open the counter for whoever the code, phone or number belongs to."""
        text = request.form.get("q", "").strip()[:40]
        try:
            member_id, code = _whose(text)
        except api.Refused as refused:
            return self._find(text, refused)
        if code:
            return self._show(member_id, code=code)
        return redirect(f"{HOME}{member_id}/use")

    @api.page("/<int:member_id>/use", needs=USE_SESSIONS)
    def show(self, member_id: int) -> Any:
        return self._show(reach(Member, member_id, USE_SESSIONS).id)

    @api.page("/<int:member_id>/use", needs=USE_SESSIONS, methods=("POST",))
    def use(self, member_id: int) -> Any:
        code = request.form.get("code", "").strip()
        if not _is_hers(code, member_id):
            reach(Member, member_id, USE_SESSIONS)
        try:
            where, done = _use(member_id)
        except api.Refused as refused:
            return self._show(member_id, code=code, problem=refused)
        say(done)
        return redirect(where)

    @api.page("/<int:member_id>/sell", needs=SELL_CARDS)
    def offer(self, member_id: int) -> Any:
        return self._offer(reach(Member, member_id, SELL_CARDS))

    @api.page("/<int:member_id>/sell", needs=SELL_CARDS, methods=("POST",))
    def sell(self, member_id: int) -> Any:
        member = reach(Member, member_id, SELL_CARDS)
        try:
            where, done = _sell(member.id)
        except api.Refused as refused:
            return self._offer(reach(Member, member_id, SELL_CARDS), refused)
        say(done)
        return redirect(where)

    @api.page("/<int:member_id>/evidence", needs=EXPORT_EVIDENCE)
    def evidence(self, member_id: int) -> Any:
        member = reach(Member, member_id, EXPORT_EVIDENCE)
        data = pack_evidence(member.id)
        _note_export(member)
        name = f"{member.number}-evidence.zip"
        return send_file(io.BytesIO(data), as_attachment=True, download_name=name)

    def _find(self, text: str = "", problem: api.Refused | None = None) -> Any:
        page = api.render("cards/find.html", view=self, text=text, problem=problem)
        return (page, problem.status) if problem else page

    def _show(self, member_id: int, *, code: str = "", problem: api.Refused | None = None) -> Any:
        member = api.db.session.get_one(Member, member_id)
        store = store_here(USE_SESSIONS, member.home_store_id)
        offers = offers_of(member_id, store.id, today_of(store)) if store else []
        page = api.render(
            "cards/use.html",
            view=self,
            member=member,
            store=store,
            stores=stores_for(USE_SESSIONS),
            usable=[offer for offer in offers if offer.usable],
            others=[offer for offer in offers if not offer.usable],
            staff=_staff_of(store.id) if store else [],
            ways=ways_for(store, member_id),
            means=means_to_pay(),
            code=code,
            arrived=arrival_clock(find_arrival(member_id, store.id) if store else None),
            key=request.form.get("key") or new_key(),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page

    def _offer(self, member: Member, problem: api.Refused | None = None) -> Any:
        store = store_here(SELL_CARDS, member.home_store_id)
        products = products_on_sale(store.id, today_of(store)) if store else []
        page = api.render(
            "cards/sell.html",
            view=self,
            member=member,
            store=store,
            stores=stores_for(SELL_CARDS),
            products=[(product, list_total(product)) for product in products],
            staff=_staff_of(store.id) if store else [],
            means=[*means_to_pay(), *balance_to_pay(store, member.id)],
            key=request.form.get("key") or new_key(),
            entered=request.form,
            yuan=yuan,
            problem=problem,
        )
        return (page, problem.status) if problem else page


@api.unit
def _note_export(member: Member) -> None:
    title = _("Exported the evidence of a member's cards and balance")
    store_id = member.home_store_id
    api.record_audit("cards.evidence_exported", member, store_id=store_id, title=title)


def _whose(text: str) -> tuple[int, str]:
    """Return the member of a code, a phone or a number, and the code if it was one."""
    digits = "".join(text.split())
    if len(digits) == 20 and digits.isdecimal():
        return read_code(digits), digits
    for member in find_exactly(text) if text else ():
        if api.find_record(Member, member.id, USE_SESSIONS) is not None:
            return member.id, ""
    raise api.NotFound(_("No member has this code, phone or number here."))


def _is_hers(code: str, member_id: int) -> bool:
    """Tell whether a code that was shown opens the counter for a member of another store."""
    if not code:
        return False
    try:
        return read_code(code) == member_id
    except api.Refused:
        return False


def _staff_of(store_id: int) -> list[Staff]:
    works = sa.select(StaffStore.staff_id).where(StaffStore.store_id == store_id)
    rows = sa.select(Staff).where(Staff.id.in_(works), Staff.left_on.is_(None))
    return list(api.db.session.scalars(rows.order_by(Staff.name)))


def _use(member_id: int) -> tuple[str, str]:
    """Use the session that the form asks for, or ask her first; return what to show, and say."""
    store = require_store(USE_SESSIONS)
    key, choice = key_of_form(), request.form.get("choice", "")
    part, _colon, variant = choice.partition(":")
    if not (part.isdecimal() and variant.isdecimal() and choice.isascii()):
        raise api.Refused(_("Choose what is used."))
    offers = offers_of(member_id, store.id, today_of(store))
    if int(part) not in {offer.part.id for offer in offers}:
        raise api.NotFound(_("There is no such card."))
    staff_id = _works_here("staff_id", store)
    facts = {
        "part_id": int(part),
        "variant_id": int(variant),
        "person_id": number_of("person_id"),
    }
    if request.form.get("agreed_by") == "phone" and confirms_in(store.id):
        bill_id = ask_alone(
            store.id, member_id, facts, key=key, means=means_of(), staff_id=staff_id
        )
        where = f"{TILL}{bill_id}" if waits_at_till(store.id) else f"{WAITING}{bill_id}"
        return where, api.gettext("She is asked on her phone.")
    agreed_by, proof = agreement(member_id, store.id)
    use = use_alone(
        store.id,
        member_id,
        facts,
        key=key,
        agreed_by=agreed_by,
        proof=proof,
        means=means_of(),
        staff_id=staff_id,
    )
    return f"{CARDS}{use.card_id}/", api.gettext("Session used.")


def _sell(member_id: int) -> tuple[str, str]:
    """Sell the card that the form asks for, or go on at the till; return where, and what to say."""
    store = require_store(SELL_CARDS)
    key, product_id = key_of_form(), number_of("product_id")
    if product_id is None:
        raise api.Refused(_("Choose a card product."))
    staff_id = _works_here("staff_id", store)
    if request.form.get("means") == BALANCE and balance_to_pay(store, member_id):
        bill_id = begin_sale(store.id, member_id, product_id, key=key, staff_id=staff_id)
        return f"{TILL}{bill_id}", at_the_till()
    paid, means = fen_of("paid"), means_of()
    card = sell_alone(
        store.id, member_id, product_id, means, key=key, paid_fen=paid, staff_id=staff_id
    )
    return f"{CARDS}{card.id}/", api.gettext("Card sold.")


def _works_here(name: str, store: api.Store) -> int | None:
    staff_id = number_of(name)
    if staff_id is not None and staff_id not in {one.id for one in _staff_of(store.id)}:
        raise api.Refused(_("Choose somebody who works here."))
    return staff_id
