"""Where the sandbox is, and the faults that it makes on purpose."""

from __future__ import annotations

from typing import Any

from console import api
from console.api import _

GROUP = _("Payment sandbox")
OWN = api.Setting(
    "sandboxpay.own",
    _("Address of this console for the sandbox"),
    "",
    help=_("Empty: where this machine reaches it."),
    group=GROUP,
)
ADDRESS = api.Setting(
    "sandboxpay.address",
    _("Address of the sandbox"),
    "",
    help=_("Empty: this console itself."),
    group=GROUP,
)
SLOW = api.Setting(
    "sandboxpay.slow", _("Seconds until it answers"), 0, least=0, most=20, group=GROUP
)
CUT = api.Setting(
    "sandboxpay.cut",
    _("The connection is cut"),
    "no",
    choices=(
        ("no", _("never")),
        ("before", _("before it does anything")),
        ("after", _("after it has done it")),
        ("down", _("always: it is down")),
    ),
    group=GROUP,
)
SILENT = api.Setting(
    "sandboxpay.silent", _("It takes the money and stays silent"), default=False, group=GROUP
)
COPIES = api.Setting(
    "sandboxpay.copies", _("Notifications of one event"), 1, least=1, most=50, group=GROUP
)
LATE = api.Setting(
    "sandboxpay.late", _("Seconds until it notifies"), 0, least=0, most=172_800, group=GROUP
)
REORDERED = api.Setting(
    "sandboxpay.reordered",
    _("A payment is notified after its refund"),
    default=False,
    group=GROUP,
)
TAMPERED = api.Setting(
    "sandboxpay.tampered",
    _("Notifications are forged"),
    "no",
    choices=(("no", _("no")), ("signature", _("the signature")), ("amount", _("the amount"))),
    group=GROUP,
)
SHORT = api.Setting("sandboxpay.short", _("It takes ¥0.01 less"), default=False, group=GROUP)

FAULTS: tuple[api.Setting[Any], ...] = (
    SLOW,
    CUT,
    SILENT,
    COPIES,
    LATE,
    REORDERED,
    TAMPERED,
    SHORT,
)
SETTINGS: tuple[api.Setting[Any], ...] = (OWN, ADDRESS, *FAULTS)


def own_address() -> str:
    """Return where the sandbox reaches this console."""
    return (OWN.get() or api.local_url()).rstrip("/")


def address() -> str:
    """Return where this console reaches the sandbox."""
    return ADDRESS.get().rstrip("/") or own_address()
