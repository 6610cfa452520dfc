"""Which printer a store has, and sending receipts to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from console import api
from console.api import _
from plugins.cashier.desk import Printer, Slip
from plugins.cashier.hookspecs import cashier_printers
from plugins.cashier.offers import by_key
from plugins.cashier.services import escpos

GROUP = _("Printing")
#: Built in: two by the browser, one by the server.
PRINTERS = (
    Printer("browser", _("The browser, with its dialog")),
    Printer("kiosk", _("The browser in kiosk mode, without a dialog")),
    Printer("escpos", _("A receipt printer on the network (ESC/POS)"), escpos.send),
)


def printers() -> dict[str, Printer]:
    """Return the ways to print that there are, by key."""
    found: dict[str, Printer] = by_key(
        printer for answer in api.answers(cashier_printers) for printer in answer
    )
    return found


def _choices() -> Sequence[tuple[Any, Any]]:
    return [(printer.key, printer.title) for printer in printers().values()]


PRINTER = api.Setting(
    "cashier.printer",
    _("How receipts are printed"),
    "browser",
    choices=_choices,
    per_store=True,
    group=GROUP,
)
ADDRESS = api.Setting(
    "cashier.printer_address",
    _("Address of the receipt printer"),
    "",
    help=_("Host and port in the salon's own network, such as 192.168.1.50:9100"),
    per_store=True,
    group=GROUP,
)
AT_ONCE = api.Setting(
    "cashier.print_at_once",
    _("Print the receipt when a bill is settled"),
    False,
    per_store=True,
    group=GROUP,
)
DRAWER = api.Setting(
    "cashier.drawer",
    _("Open the drawer when cash is taken"),
    False,
    per_store=True,
    group=GROUP,
)

SETTINGS = (PRINTER, ADDRESS, AT_ONCE, DRAWER)


def chosen_printer(store_id: int) -> Printer:
    """Return how a store prints; the browser's dialog where the chosen way is gone."""
    return printers().get(PRINTER.get(store_id)) or PRINTERS[0]


def print_slip(store_id: int, slip: Slip | None, *, opens_drawer: bool = False) -> None:
    """Send a slip to the store's printer, or only open its drawer; never in a unit."""
    printer = chosen_printer(store_id)
    if printer.send is None:
        raise api.Refused(_("This store prints by the browser."))
    address = ADDRESS.get(store_id)
    api.db.session.rollback()
    printer.send(slip, address, opens_drawer)
