"""The staff pages of the sandbox: its orders, and switches for faults."""

from __future__ import annotations

from console import api
from plugins.sandboxpay.admin.orders import SandboxOrderAdmin

VIEWS: tuple[type[api.AdminView], ...] = (SandboxOrderAdmin,)
