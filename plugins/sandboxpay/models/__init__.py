"""The tables of the sandbox."""

from plugins.sandboxpay.models.orders import (
    ORDER_STATES,
    SandboxNotice,
    SandboxOrder,
    SandboxRefund,
)

__all__ = ["ORDER_STATES", "SandboxNotice", "SandboxOrder", "SandboxRefund"]
