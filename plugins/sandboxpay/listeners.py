"""What the sandbox offers to the till."""

from __future__ import annotations

from collections.abc import Iterable

from console import api
from plugins.cashier.api import OnlineProvider
from plugins.sandboxpay.provider import SandboxPay


@api.hookimpl
def cashier_online_providers() -> Iterable[OnlineProvider]:
    """Take payments while the demo is on; nobody may pay with play money otherwise."""
    return (SandboxPay(),) if api.demo_flag() else ()
