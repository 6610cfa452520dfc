"""What an online provider is, and what goes to and comes from one.

The shape is that of WeChat Pay v3: prepay, pay, a signed notification, query, close, refund.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from plugins.ledger.api import Name


class OutcomeUnknown(Exception):
    """No clear answer came: it may have happened or not. Only a query tells."""


class ProviderRefused(Exception):
    """The provider said no, and nothing happened; the message says why, for staff."""


class NotAuthentic(Exception):
    """A notification that the provider did not sign, or not just now."""


@dataclass(frozen=True)
class Ordered:
    """What a provider is asked to take. Asking again under the same number is one order.

    *notify_path* and *return_path* are addresses of this console, without the host; *payer*
    holds what the provider knows the member by, such as an openid.
    """

    out_trade_no: str
    amount_fen: int
    description: str
    expires_at: dt.datetime
    notify_path: str
    return_path: str
    payer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepaid:
    """How the member pays now: the *url* of the provider's page, and what its script needs."""

    url: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trade:
    """How an order stands at the provider; *missing* is one that it does not know."""

    out_trade_no: str
    state: Literal["paid", "not_paid", "closed", "missing"]
    transaction_id: str = ""
    amount_fen: int = 0
    paid_at: dt.datetime | None = None


@dataclass(frozen=True)
class RefundOrdered:
    """What a provider is asked to give back; the same number is one refund."""

    out_refund_no: str
    out_trade_no: str
    amount_fen: int
    total_fen: int
    reason: str
    notify_path: str


@dataclass(frozen=True)
class RefundTrade:
    """How a refund stands at the provider."""

    out_refund_no: str
    state: Literal["done", "processing", "failed"]
    amount_fen: int = 0


@dataclass(frozen=True)
class Traded:
    """One trade of a channel's statement; amount and fee of a refund are below zero."""

    trade: Literal["payment", "refund"]
    trade_no: str
    amount_fen: int
    fee_fen: int
    traded_on: dt.date
    order_no: str = ""
    voucher_code: str = ""


class OnlineProvider(Protocol):
    """Somebody who takes money online. Its calls run outside any unit and end within seconds.

    Each raises `OutcomeUnknown` or `ProviderRefused`; whatever else it raises is taken for an
    unknown outcome.
    """

    key: str
    title: Any

    def account(self, store_id: int) -> Name:
        """Name the account that its confirmed money goes to; no booked receipt goes there."""

    def prepay(self, order: Ordered) -> Prepaid:
        """Order a payment; the same number again gives the same order."""

    def query(self, out_trade_no: str) -> Trade:
        """Return how an order stands."""

    def close(self, out_trade_no: str) -> None:
        """Close an unpaid order; `ProviderRefused` when it was paid."""

    def refund(self, order: RefundOrdered) -> RefundTrade:
        """Give money back; the same number again is the same refund."""

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Trade | RefundTrade:
        """Return what a notification says; `NotAuthentic` unless the provider signed it."""


@runtime_checkable
class GivesStatements(Protocol):
    """A provider whose statements are fetched every night."""

    def statement(self, day: dt.date) -> Sequence[Traded]:
        """Return all trades of a day that is over; `OutcomeUnknown` when it cannot be had now."""
