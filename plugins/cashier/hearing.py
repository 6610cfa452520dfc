"""All modules of the till that answer hooks."""

from __future__ import annotations

from plugins.cashier import (
    arrival_listeners,
    contract_listeners,
    listeners,
    objection_listeners,
    online_listeners,
    refund_listeners,
    timeline,
)

LISTENERS = (
    listeners,
    online_listeners,
    refund_listeners,
    timeline,
    objection_listeners,
    arrival_listeners,
    contract_listeners,
)
