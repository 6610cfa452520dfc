"""The cells of a list, put together once per row: by far the most of what a list page draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from console.admin.columns import ListColumn
from console.admin.values import EMPTY


class RowFrame:
    """What stands round the cells of every row: table cells, links and edit buttons."""

    def __init__(self, shown: Sequence[ListColumn], editable: set[str]) -> None:
        self._opening = [_opening(column, first=not place) for place, column in enumerate(shown)]
        self._buttons = [_button(column) if column.key in editable else "" for column in shown]
        self._labels = [f' aria-label="{escape(column.label)}"' for column in shown]
        #: Whether the first cell leads to the record; one that is edited in place cannot.
        self.links = not (self._buttons and self._buttons[0])

    def draw(self, cells: Sequence[Any], raws: Sequence[str | None] | None, url: str) -> Markup:
        """Return the table cells of a row; *raws* are the values of those that she may edit."""
        parts: list[str] = []
        for place, cell in enumerate(cells):
            parts.append(self._opening[place])
            raw = raws[place] if raws is not None else None
            if raw is not None:
                label = self._labels[place] if cell is EMPTY else ""
                parts += (
                    self._buttons[place],
                    escape(raw),
                    '"',
                    label,
                    ">",
                    cell,
                    "</button></td>",
                )
            elif not place and self.links:
                parts += (f'<a href="{url}">', cell, "</a>")
            else:
                parts.append(cell)
            parts.append("</td>")
        return Markup("".join(parts))  # noqa: S704 - every part was escaped or is ours


def _opening(column: ListColumn, *, first: bool) -> str:
    looks = [look for look, holds in (("first", first), ("end", column.align == "end")) if holds]
    return f'<td class="{" ".join(looks)}">' if looks else "<td>"


def _button(column: ListColumn) -> str:
    key = escape(column.key)
    return f'<button class="cell-edit" type="button" data-edit="{key}" data-value="'
