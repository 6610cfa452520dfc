"""Money as people write it; everywhere else it is whole fen in an `int`."""

from __future__ import annotations

import re

from console.errors import Refused
from console.i18n import _

#: What a column of 64 bits and a person's patience can hold: 100 million yuan.
MOST_FEN = 10_000_000_000
WRITTEN = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.([0-9]{1,2}))?")
#: The full-width twins of ASCII, which Chinese keyboards write.
WIDE = {0xFF01 + number: 0x21 + number for number in range(94)}


def format_fen(fen: int) -> str:
    """Write *fen* as yuan: `¥1,234.50`, below zero `-¥0.50`."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02}"


def parse_fen(text: str) -> int:
    """Read an amount in yuan as a person types it; Refused when it is none."""
    plain = text.translate(WIDE).strip().lstrip("\u00a5\uffe5").strip()
    read = WRITTEN.fullmatch(plain)
    if read is None:
        raise Refused(_("Enter an amount such as 1234.50."))
    sign, yuan, rest = read.groups()
    fen = int(yuan.replace(",", "")) * 100 + int((rest or "0").ljust(2, "0"))
    if fen > MOST_FEN:
        raise Refused(_("This amount is too large."))
    return -fen if sign else fen
