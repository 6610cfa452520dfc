"""What other plugins may add to the till's screen: codes that it reads, printers that it uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from console import api


@dataclass(frozen=True)
class Code:
    """What was scanned or typed at the till, told apart by `what_is`.

    *kind* is "member_code", "pin", "payment_code", "coupon", "voucher", "member" (phone or
    number of *member_ids*), "goods", "link", "words" (to be looked for) or "nothing". A payment
    code names the *payment_kind* of the app that shows it, a coupon the key of its *adjustment*,
    a barcode the key of its *goods*; a link leads to *url*, which *label* names.
    """

    kind: str
    text: str
    payment_kind: str = ""
    member_ids: tuple[int, ...] = ()
    adjustment: str = ""
    goods: str = ""
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Goods:
    """Something of another plugin that one tap puts on a bill: *kind* and *facts* make its line.

    *note* says what should be known before, such as how many are left, and *low* marks it. It is
    found by its title and by any of *words*, and stands on its *shelf* of the till.
    """

    key: str
    kind: str
    facts: Mapping[str, Any]
    title: str
    price_fen: int
    note: str = ""
    low: bool = False
    words: Sequence[str] = ()
    shelf: Literal["products", "cards"] = "products"


@dataclass(frozen=True)
class Guest:
    """Somebody who is here today and has no bill yet; a POST to *url* opens one for her.

    *note* says what she has, and when; *state* how far it is.
    """

    name: str
    note: str
    url: str
    state: Any = ""


@dataclass(frozen=True)
class LooseEnd:
    """Something of another plugin that should be finished before a day is closed."""

    state: Any
    words: str
    url: str


@dataclass(frozen=True)
class SlipRow:
    """A row of a receipt: *left* and *right*, or a text across it where *right* is empty.

    *look* is "title", "centre", "plain", "indent", "total", "rule", or "qr": a QR code that says
    *left*.
    """

    left: str = ""
    right: str = ""
    look: Literal["title", "centre", "plain", "indent", "total", "rule", "qr"] = "plain"

    @property
    def drawn(self) -> Markup:
        """The QR code of what it says, for a page."""
        return api.draw_qr(self.left, scale=4)


@dataclass(frozen=True)
class Slip:
    """A receipt as it is printed: its rows, and the width of the paper in millimetres."""

    rows: Sequence[SlipRow]
    paper: Literal[58, 80] = 80

    @property
    def columns(self) -> int:
        """How many narrow characters a line of the paper holds; Chinese ones take two."""
        return 32 if self.paper == 58 else 48


@dataclass(frozen=True)
class Printer:
    """A way to print receipts.

    With `send` the server prints: it gets the slip (None only opens the drawer), the address
    that the store's settings name, and whether the drawer opens; it raises `Refused` when the
    printer did not take it. Without `send` the browser prints: with its dialog, or without one
    where it was started so (Chromium's `--kiosk-printing`).
    """

    key: str
    title: Any
    send: Callable[[Slip | None, str, bool], None] | None = None
