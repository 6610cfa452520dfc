"""The till's pages on members' phones: one set of addresses, filled by several modules."""

from __future__ import annotations

from plugins.cashier import (
    public_confirmations,
    public_contracts,
    public_objections,
    public_online,
    public_receipts,
    public_refunds,
)

PAGES = tuple(
    {
        *public_confirmations.PAGES,
        *public_contracts.PAGES,
        *public_objections.PAGES,
        *public_online.PAGES,
        *public_receipts.PAGES,
        *public_refunds.PAGES,
    }
)
