"""Receipts for printers that speak ESC/POS over the network, and the drawer at their side."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

from console import api
from console.api import _
from plugins.cashier.desk import Slip, SlipRow

PORT = 9100
SECONDS = 3.0
START = b"\x1b@\x1c&"  # ESC @: forget what was set; FS &: Chinese characters on
CENTRE, LEFT = b"\x1ba\x01", b"\x1ba\x00"
LARGE, PLAIN = b"\x1d!\x11", b"\x1d!\x00"
BOLD, LIGHT = b"\x1bE\x01", b"\x1bE\x00"
#: From so many columns on, paper is 80 mm wide.
WIDE = 48
CUT = b"\n\n\n\n\x1dVA\x00"  # GS V A: feed to the knife and cut
KICK = b"\x1bp\x00\x19\xfa"  # ESC p 0: the drawer on pin 2, 50 ms on and 500 ms off


def encode(slip: Slip | None, *, opens_drawer: bool = False) -> bytes:
    """Return the bytes that print a slip, cut the paper and may open the drawer."""
    parts = [START]
    if opens_drawer:
        parts.append(KICK)
    if slip is not None:
        parts += [_row(_known(row), slip.columns) for row in slip.rows]
        parts.append(CUT)
    return b"".join(parts)


def _known(row: SlipRow) -> SlipRow:
    """Return a row with the yen sign that the fonts of receipt printers have."""
    if row.look == "qr":
        return row
    return replace(row, left=row.left.replace("¥", "￥"), right=row.right.replace("¥", "￥"))


def _row(row: SlipRow, columns: int) -> bytes:
    if row.look == "rule":
        return b"-" * columns + b"\n"
    if row.look == "qr":
        return CENTRE + _code(row.left, columns) + LEFT
    if row.look == "title":
        lines = wrap(row.left, columns // 2)
        return CENTRE + LARGE + _text(lines) + PLAIN + LEFT
    if row.look == "centre":
        return CENTRE + _text(wrap(row.left, columns)) + LEFT
    text = _text(pair(row, columns))
    return BOLD + text + LIGHT if row.look == "total" else text


def _code(said: str, columns: int) -> bytes:
    """Return the orders for a QR code: model 2, its size by the paper, correction M, the words."""
    data = said.encode()
    size = 5 if columns < WIDE else 6
    orders = (b"1A2\x00", b"1C" + bytes([size]), b"1E1", b"1P0" + data, b"1Q0")
    return b"".join(b"\x1d(k" + len(one).to_bytes(2, "little") + one for one in orders) + b"\n"


def _text(lines: list[str]) -> bytes:
    # What the printer's font lacks becomes a question mark rather than noise.
    return "".join(f"{line}\n" for line in lines).encode("gb18030", "replace")


def pair(row: SlipRow, columns: int) -> list[str]:
    """Return the lines of a row with its right side at the right edge."""
    left = f"  {row.left}" if row.look == "indent" else row.left
    if not row.right:
        return wrap(left, columns)
    room = columns - width(row.right) - 1
    lines = wrap(left, max(room, 8))
    last = lines[-1]
    gap = columns - width(last) - width(row.right)
    if gap < 1:
        return [*lines, " " * max(0, columns - width(row.right)) + row.right]
    return [*lines[:-1], f"{last}{' ' * gap}{row.right}"]


def width(text: str) -> int:
    """Return how many narrow letters a text is wide on paper: a printer's Chinese font has two."""
    return sum(1 if letter.isascii() else 2 for letter in text)


def wrap(text: str, columns: int) -> list[str]:
    """Break a text where a line of paper ends, at a space where one is near."""
    return list(_broken(text, columns)) or [""]


def _broken(text: str, columns: int) -> Iterator[str]:
    line = ""
    for letter in text:
        if letter in "\x00\x1b\x1c\x1d\r\n" or not letter.isprintable():
            continue  # a name must not give the printer orders
        if width(line) + width(letter) > columns:
            head, _space, tail = line.rpartition(" ")
            if not head.strip() or width(tail) > columns // 2:
                head, tail = line, ""
            yield head
            line = tail
        line += letter
    if line:
        yield line


def parse_address(address: str) -> tuple[str, int]:
    """Read where a printer listens: a host, or host:port; 9100 is usual."""
    host, colon, port = address.strip().rpartition(":")
    if not colon:
        host, port = address.strip(), str(PORT)
    good = port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65_536
    if not host or not good or any(letter in host for letter in "/@ ?#"):
        raise api.Refused(_("Enter the address of the printer, such as 192.168.1.50:9100."))
    return host, int(port)


def send(slip: Slip | None, address: str, opens_drawer: bool) -> None:
    """Send a slip to a printer on the network; refused when it does not take it in time."""
    host, port = parse_address(address)
    try:
        with socket.create_connection((host, port), timeout=SECONDS) as line:
            line.sendall(encode(slip, opens_drawer=opens_drawer))
            line.shutdown(socket.SHUT_WR)
    except OSError as problem:
        raise api.Refused(
            _(
                "The printer at %(address)s does not answer. The bill is safe; print it again.",
                address=address,
            )
        ) from problem
