"""The rows of a list, put together as plain text: by far the most of what a list page draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import escape

from console.admin.columns import ListColumn
from console.admin.values import EMPTY, quoted
from console.assets import icon
from console.i18n import gettext


class Row(NamedTuple):
    """What a row is drawn from: its cells, and what may be done with it."""

    id: Any
    label: str
    version: str | None
    cells: str
    url: str
    #: Whether the first cell leads to the record.
    is_linked: bool
    #: Where its form is; empty for whoever may not change it.
    edit_url: str
    can_delete: bool


class RowFrame:
    """What stands round the cells of every row: table cells, links and edit buttons."""

    def __init__(self, shown: Sequence[ListColumn], editable: set[str]) -> None:
        self._opening = [_opening(column, first=not place) for place, column in enumerate(shown)]
        self._buttons = [_button(column) if column.key in editable else "" for column in shown]
        self._labels = [f' aria-label="{escape(column.label)}"' for column in shown]
        #: Whether the first cell leads to the record; one that is edited in place cannot.
        self.links = not (self._buttons and self._buttons[0])

    def draw(self, cells: Sequence[str], raws: Sequence[str | None] | None, url: str) -> str:
        """Return the table cells of a row; *raws* are the values of those that she may edit.

        *cells* are escaped, and so is what comes back, although both are plain texts.
        """
        parts: list[str] = []
        for place, cell in enumerate(cells):
            parts.append(self._opening[place])
            raw = raws[place] if raws is not None else None
            if raw is not None:
                label = self._labels[place] if cell is EMPTY else ""
                parts += (
                    self._buttons[place],
                    quoted(raw),
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
        return "".join(parts)


class RowButtons:
    """What stands before and after the cells of every row: the tick, and what may be done."""

    def __init__(self, view: Mapping[str, Any], *, picks: bool) -> None:
        self._picks = f' aria-label="{escape(gettext("Select"))} ' if picks else ""
        self._shown = view["can_edit"] or view["can_delete"] or view["can_details"]
        self._see = _tool("eye", gettext("View"))
        self._edit = _tool("pencil", gettext("Edit"))
        self._delete = _tool("trash", gettext("Delete"))

    def draw(self, row: Row) -> str:
        """Return the whole row, escaped."""
        number, label = quoted(str(row.id)), quoted(row.label)
        version = "" if row.version is None else f' data-version="{row.version}"'
        parts = [f'<tr data-id="{number}"{version} data-label="{label}">']
        if self._picks:
            parts += (
                '<td class="pick"><label><input class="form-check-input" type="checkbox" value="',
                f'{number}"{self._picks}{label}"></label></td>',
            )
        parts.append(row.cells)
        if self._shown:
            parts.append('<td class="row-actions">')
            if not row.is_linked:
                parts.append(_link(row.url, self._see, label))
            if row.edit_url:
                parts.append(_link(quoted(row.edit_url), self._edit, label))
            if row.can_delete:
                title, drawing = self._delete
                parts.append(
                    '<button class="btn btn-icon btn-ghost-secondary danger" type="button"'
                    f' data-delete-row title="{title}" aria-label="{title} {label}">'
                    f"{drawing}</button>"
                )
            parts.append("</td>")
        parts.append("</tr>\n")
        return "".join(parts)


def _tool(name: str, title: str) -> tuple[str, str]:
    return str(escape(title)), str(icon(name))


def _link(url: str, tool: tuple[str, str], label: str) -> str:
    title, drawing = tool
    return (
        f'<a class="btn btn-icon btn-ghost-secondary" href="{url}" title="{title}"'
        f' aria-label="{title} {label}">{drawing}</a>'
    )


def _opening(column: ListColumn, *, first: bool) -> str:
    looks = [look for look, holds in (("first", first), ("end", column.align == "end")) if holds]
    return f'<td class="{" ".join(looks)}">' if looks else "<td>"


def _button(column: ListColumn) -> str:
    key = escape(column.key)
    return f'<button class="cell-edit" type="button" data-edit="{key}" data-value="'
