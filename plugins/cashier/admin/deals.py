"""What vouchers of platforms give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Deal, Line, PaymentKind
from plugins.cashier.offers import Given
from plugins.cashier.permissions import EDIT_DEALS, SEE_BILLS, SEE_FEES
from plugins.cashier.services.asking import line_kind
from plugins.cashier.services.vouchers import AS_SOLD, VOUCHERS, what_vouchers_give


def _options() -> list[tuple[str, str]]:
    return [(key, _shown(key, one)) for key, one in what_vouchers_give().items()]


def _shown(gives: str, one: Given) -> str:
    kind = gives.partition(":")[0]
    return one.title if kind not in AS_SOLD else f"{line_kind(kind).title} · {one.title}"


def _platforms() -> list[tuple[int, str]]:
    kinds = sa.select(PaymentKind).where(PaymentKind.needs_code, PaymentKind.in_use)
    rows = api.db.session.scalars(kinds.order_by(PaymentKind.place, PaymentKind.id))
    return [(kind.id, kind.shown_name) for kind in rows]


def _given(ids: Sequence[int]) -> Mapping[int, str]:
    titles = dict(_options())
    deals = api.db.session.scalars(sa.select(Deal).where(Deal.id.in_(ids)))
    return {deal.id: titles[deal.gives] for deal in deals if deal.gives in titles}


def _fees(ids: Sequence[int]) -> Mapping[int, int]:
    deals = api.db.session.scalars(sa.select(Deal).where(Deal.id.in_(ids)))
    return {deal.id: deal.price_fen - deal.fee_fen for deal in deals}


class DealAdmin(api.ModelAdmin):
    """The deals that platforms sell: what a voucher gives, and what the platform pays for it."""

    subject, noun = Deal, "deals"
    title, singular = _("Platform deals"), _("platform deal")
    icon, group, order = "ticket", "till", 85
    needs = {
        "view": SEE_BILLS,
        "create": EDIT_DEALS,
        "edit": EDIT_DEALS,
        "delete": EDIT_DEALS,
    }
    list_columns = (
        "name",
        "kind_id",
        api.Column("given", _("What it gives"), load=_given, sortable=False),
        "price_fen",
        "fee_percent",
        api.Column(
            "owed",
            _("Settlement price"),
            load=_fees,
            kind="money",
            sortable=False,
            needs=SEE_FEES,
        ),
        "on_sale",
    )
    field_needs = {"fee_percent": SEE_FEES, "settlement_fen": SEE_FEES}
    default_sort = "name"
    filters = ("kind_id", "on_sale", "price_fen")
    search = ("name", "deal_no")
    form_fields = {
        "kind_id": lambda attribute: api.ChoiceField(attribute.label, options=_platforms()),
        "gives": lambda attribute: api.ChoiceField(attribute.label, options=_options()),
    }
    form = (
        api.FormSection(_("Platform deal"), ("name", "names", "kind_id", "deal_no", "on_sale")),
        api.FormSection(
            _("What it gives and brings"),
            ("gives", "price_fen", "fee_percent", "settlement_fen"),
        ),
    )
    details = (
        "name",
        "kind_id",
        "deal_no",
        "price_fen",
        "fee_percent",
        "settlement_fen",
        "on_sale",
    )
    inline_edit = ("on_sale",)
    empty_hint = _("With deals the till knows what a scanned voucher gives, and what it brings.")

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        if not record.gives or record.kind_id is None:
            raise api.Refused(_("Say which platform sells it, and what it gives."))
        if record.price_fen <= 0:
            raise api.Refused(_("Enter a price above zero."))
        if not 0 <= record.fee_percent <= 100:
            raise api.Refused(_("A fee lies between 0 and 100 percent."))
        most = record.price_fen
        if record.settlement_fen is not None and not 0 <= record.settlement_fen <= most:
            raise api.Refused(_("The settlement price lies between zero and the deal price."))

    def before_delete(self, record: Any) -> None:
        lines = sa.select(Line.facts).where(Line.kind.in_(VOUCHERS.values()))
        if any(facts.get("deal_id") == record.id for facts in api.db.session.scalars(lines)):
            raise api.Refused(_("Vouchers of it were redeemed. Take it out of use instead."))
