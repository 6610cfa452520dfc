"""The counter: a bill made by forms, from the first line to the settlement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import (
    ROWS,
    fen_of,
    number_of,
    reach,
    read_member,
    read_tenders,
    text_of,
)
from plugins.cashier.admin.shares import SharePages
from plugins.cashier.models import Bill, Line
from plugins.cashier.permissions import (
    ALLOW_OWING,
    CHANGE_PRICES,
    DEDUCT_ALONE,
    GIVE_BONUS,
    GIVE_FREE,
    OPEN_BILLS,
    REOPEN_BILLS,
    SETTLE_BILLS,
    VOID_BILLS,
)
from plugins.cashier.services import billing, byhand
from plugins.cashier.services.agreeing import prove_pin
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.paying import payment_kinds, seed_payment_kinds
from plugins.cashier.services.performers import staff_of_store
from plugins.cashier.services.quoting import preview
from plugins.cashier.services.settling import settle
from plugins.cashier.services.voiding import undo_settlement, void_bill
from plugins.membership.api import has_pin
from plugins.salon.api import Category, Service

HOME = "/console/cashier/counter/"
MAY = {
    "settle": SETTLE_BILLS,
    "price": CHANGE_PRICES,
    "free": GIVE_FREE,
    "bonus": GIVE_BONUS,
    "alone": DEDUCT_ALONE,
    "owe": ALLOW_OWING,
    "void": VOID_BILLS,
    "reopen": REOPEN_BILLS,
}


class Counter(SharePages, api.AdminView):
    """Bills that are open or held, and the page on which one is made and paid."""

    title, noun = _("Counter"), "counter"
    icon, group, order = "cash-register", "till", 10

    @api.page("/", needs=OPEN_BILLS)
    def index(self) -> str:
        return self._show_all()

    @api.page("/open", needs=OPEN_BILLS, methods=("POST",))
    def open(self) -> Any:
        store_id = number_of("store_id") or 0
        if not OPEN_BILLS.held(store_id):
            raise api.NotFound(_("There is no such store."))
        try:
            bill = self._open(store_id)
        except api.Refused as refused:
            return self._show_all(refused), refused.status
        return redirect(f"{HOME}{bill.id}")

    def _open(self, store_id: int) -> Bill:
        wanted = text_of("member")
        member_id, code = read_member(wanted) if wanted else (None, "")
        bill = billing.open_bill(
            store_id,
            key=text_of("key") or new_key(),
            member_id=None if code else member_id,
            label=text_of("label"),
        )
        if code and bill.agreed_by != "code":
            billing.scan_member(bill.id, code)
        return bill

    @api.page("/<int:number>", needs=OPEN_BILLS)
    def show(self, number: int) -> str:
        return self._show(reach(number, OPEN_BILLS))

    @api.page("/<int:number>/lines", needs=OPEN_BILLS, methods=("POST",))
    def add(self, number: int) -> Any:
        return self._try(number, OPEN_BILLS, lambda _bill: _add_line(number))

    @api.page("/<int:number>/change", needs=OPEN_BILLS, methods=("POST",))
    def change(self, number: int) -> Any:
        return self._try(number, OPEN_BILLS, _change)

    @api.page("/<int:number>/price", needs=CHANGE_PRICES, methods=("POST",))
    def price(self, number: int) -> Any:
        return self._try(
            number,
            CHANGE_PRICES,
            lambda bill: byhand.change_price(
                _line_of(bill), fen_of("price") or 0, text_of("reason")
            ),
        )

    @api.page("/<int:number>/free", needs=GIVE_FREE, methods=("POST",))
    def free(self, number: int) -> Any:
        return self._try(
            number, GIVE_FREE, lambda bill: byhand.give_free(_line_of(bill), text_of("reason"))
        )

    @api.page("/<int:number>/settle", needs=SETTLE_BILLS, methods=("POST",))
    def settle(self, number: int) -> Any:
        return self._try(number, SETTLE_BILLS, _settle, api.gettext("The bill is settled."))

    @api.page("/<int:number>/void", needs=VOID_BILLS, methods=("POST",))
    def void(self, number: int) -> Any:
        return self._try(
            number,
            VOID_BILLS,
            lambda _bill: void_bill(number, text_of("reason")),
            api.gettext("The bill is void."),
        )

    @api.page("/<int:number>/reopen", needs=REOPEN_BILLS, methods=("POST",))
    def reopen(self, number: int) -> Any:
        return self._try(
            number,
            REOPEN_BILLS,
            lambda _bill: undo_settlement(number, text_of("reason")),
            api.gettext("The bill is open again."),
        )

    def _try(
        self,
        number: int,
        needs: api.Permission,
        act: Callable[[Bill], object],
        done: str = "",
    ) -> Any:
        bill = reach(number, needs)
        try:
            act(bill)
        except api.Refused as refused:
            if refused.status == 404:
                raise
            return self._show(reach(number, needs), refused), refused.status
        if done:
            flash(done, "success")
        return _back(number)

    def _show_all(self, problem: api.Refused | None = None) -> str:
        stores = [
            store
            for store in api.visible_stores()
            if not store.closed and OPEN_BILLS.held(store.id)
        ]
        bills = billing.open_bills(OPEN_BILLS.stores())
        return api.render(
            "cashier/counter.html",
            view=self,
            stores=stores,
            store_id=api.actor().store_id,
            bills=[(bill, billing.member_of(bill)) for bill in bills],
            names={store.id: store.name for store in stores},
            key=new_key(),
            entered=request.form,
            problem=problem,
            **drawing.words(),
        )

    def _show(self, bill: Bill, problem: api.Refused | None = None) -> str:
        kinds = payment_kinds()
        if not kinds:
            seed_payment_kinds()
            kinds = payment_kinds()
        bill = api.db.session.get_one(Bill, bill.id)
        balance = drawing.balance_of(bill.member_id)
        quoted = preview(bill.id)
        return api.render(
            "cashier/bill.html",
            view=self,
            bill=bill,
            member=billing.member_of(bill),
            rows=drawing.lines_shown(bill),
            balance_fen=balance,
            all_balance_fen=quoted.all_balance_fen,
            has_pin=bill.member_id is not None and has_pin(bill.member_id),
            owed_fen=bill.owing_fen if bill.state == "part_paid" else quoted.due_fen,
            kinds=kinds,
            count=ROWS,
            services=_services(bill.store_id),
            staff=staff_of_store(bill.store_id),
            may={name: needs.held(bill.store_id) for name, needs in MAY.items()},
            may_share=self.may_share(bill),
            key=new_key(),
            entered=request.form,
            problem=problem,
            **drawing.words(),
        )


def _back(number: int) -> Response:
    return redirect(f"{HOME}{number}")


def _line_of(bill: Bill) -> int:
    line = api.db.session.get(Line, number_of("line") or 0)
    if line is None or line.bill_id != bill.id:
        raise api.NotFound(_("There is no such line."))
    return line.id


def _add_line(number: int) -> None:
    kind = text_of("kind")
    facts: dict[str, Any] = {}
    if kind == "service":
        facts = {"variant_id": number_of("variant_id"), "price_fen": fen_of("price")}
    elif kind == "product":
        facts = {"title": text_of("title"), "price_fen": fen_of("price")}
    elif kind == "top_up":
        facts = {"amount_fen": fen_of("amount"), "bonus_fen": fen_of("bonus")}
    billing.add_line(
        number,
        kind,
        facts,
        quantity=number_of("quantity") or 1,
        staff_id=number_of("staff_id"),
        named=text_of("named") == "1",
    )


def _change_price(bill: Bill) -> None:
    byhand.change_price(_line_of(bill), fen_of("price") or 0, text_of("reason"))


def _change(bill: Bill) -> None:
    act = text_of("act")
    if act == "remove":
        billing.remove_line(_line_of(bill))
    elif act == "keep_price":
        byhand.keep_price(_line_of(bill))
    elif act == "line":
        billing.change_line(
            _line_of(bill), quantity=number_of("quantity"), staff_id=number_of("staff_id")
        )
    elif act == "member":
        _set_member(bill)
    elif act == "round":
        byhand.round_off(bill.id, fen_of("rounding") or 0)
    elif act == "hold":
        billing.hold_bill(bill.id, text_of("label"))
    elif act == "resume":
        billing.resume_bill(bill.id)
    else:
        raise api.Refused(_("Load the page again."))


def _set_member(bill: Bill) -> None:
    wanted = text_of("member")
    if not wanted:
        billing.set_member(bill.id, None)
        return
    member_id, code = read_member(wanted)
    if code:
        billing.scan_member(bill.id, code)
    else:
        billing.set_member(bill.id, member_id)


def _settle(bill: Bill) -> None:
    agreed_by, proof = text_of("agreed_by") or None, text_of("code")
    settle(
        bill.id,
        list(read_tenders()),
        key=text_of("key") or new_key(),
        agreed_by=agreed_by,
        proof=prove_pin(bill.id, proof) if agreed_by == "pin" else proof,
    )


def _services(store_id: int) -> list[tuple[Category, list[Service]]]:
    """Return the services that a store offers, by category."""
    wanted = sa.select(Service).join(Category, Category.id == Service.category_id)
    wanted = wanted.where(Service.on_sale).order_by(Category.place, Service.place, Service.id)
    found: dict[int, tuple[Category, list[Service]]] = {}
    for service in api.db.session.scalars(wanted):
        if service.stores and store_id not in {store.id for store in service.stores}:
            continue
        found.setdefault(service.category_id, (service.category, []))[1].append(service)
    return list(found.values())
