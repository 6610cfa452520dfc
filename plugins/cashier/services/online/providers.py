"""The online providers there are, and the payment kind that the money of each is booked as."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.hookspecs import cashier_online_providers
from plugins.cashier.models import Bill, OnlinePayment, PaymentKind
from plugins.cashier.offers import PaymentMethod, Tender, by_key
from plugins.cashier.online import OnlineProvider
from plugins.cashier.services.naming import name_in_all
from plugins.ledger.api import Name

#: The account that marks a payment kind as one that only a provider confirms.
ACCOUNT = "online"


class NobodyTakesIt(api.Refused):
    """No provider is there, or none that may be asked now."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _("Online payment is not possible right now. Please ask at the front desk.")
        )


def providers() -> dict[str, OnlineProvider]:
    """Return the online providers that plugins bring, by key."""
    answers = api.answers(cashier_online_providers)
    return by_key(provider for answer in answers for provider in answer)


def find_provider(key: str) -> OnlineProvider:
    """Return one provider; `NotFound` when the plugin that brought it is off."""
    found = providers().get(key)
    if found is None:
        raise api.NotFound(_("This payment provider is not there."))
    return found


def usual_provider() -> OnlineProvider:
    """Return the provider that a member's phone pays through; `NobodyTakesIt` without one."""
    off = set(
        api.db.session.scalars(
            sa.select(PaymentKind.code).where(PaymentKind.online, PaymentKind.in_use.is_(False))
        )
    )
    found = next((one for key, one in providers().items() if key not in off), None)
    if found is None:
        raise NobodyTakesIt
    return found


def takes_online() -> bool:
    """Tell whether members can pay online at all."""
    return bool(providers())


@api.unit
def keep_kind(provider: OnlineProvider) -> None:
    """Make the payment kind of a provider unless it is there, in the running unit."""
    if api.db.session.scalar(sa.select(PaymentKind.id).where(PaymentKind.code == provider.key)):
        return
    name, names = name_in_all(provider.title)
    made = api.insert_into(PaymentKind.__table__).values(
        code=provider.key,
        method=provider.key,
        account=ACCOUNT,
        online=True,
        name=name,
        names=names,
        payment_class="cash_like",
        place=100,
    )
    api.db.session.execute(made.on_conflict_do_nothing())


def methods() -> list[PaymentMethod]:
    """Return the payment methods of all providers, for the till."""
    return [
        PaymentMethod(key, provider.title, account_of, online=True)
        for key, provider in providers().items()
    ]


def account_of(bill: Bill, kind: PaymentKind, tender: Tender) -> Name:
    """Name the account of a confirmed online payment; refused for anything else."""
    number: Any = tender.facts.get("online_payment")
    payment = api.db.session.get(OnlinePayment, number) if isinstance(number, int) else None
    told = payment and (payment.provider, payment.bill_id, payment.paid_fen, payment.state)
    if told != (kind.method, bill.id, tender.amount_fen, "confirmed"):
        raise api.Refused(_("The provider has not confirmed this payment."))
    return find_provider(kind.method).account(bill.store_id)
