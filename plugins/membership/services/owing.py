"""What members owe, as lists show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from console import api

RED = Markup('<span class="pill pill-bad">{}</span>')


class Owed(int):
    """What is owing, in fen: red on a page, and a plain number elsewhere."""

    def __html__(self) -> str:
        return RED.format(api.format_fen(self))


def show_owing(rows: Sequence[Sequence[Any]]) -> Sequence[int | None]:
    """Show in red what is owing, for the `show` of a column of money; nothing stays as it is."""
    return [Owed(fen) if fen else fen for (fen,) in rows]
