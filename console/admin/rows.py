"""The rows of a list, put together as plain text: by far the most of what a list page draws.

They are drawn a column at a time, which takes half as long as a row at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from console.admin.columns import ListColumn
from console.admin.values import EMPTY
from console.assets import icon
from console.escaping import quoted_all
from console.i18n import gettext


@dataclass(frozen=True)
class Rows:
    """What the rows of a page are drawn from besides their cells; each list is as long as they."""

    ids: Sequence[Any]
    #: Escaped, and where each record's page is.
    labels: Sequence[str]
    urls: Sequence[str]
    #: The versions that she saw; none where she may change nothing.
    versions: Sequence[str] | None
    #: Whether she may change each, and whether she may delete it.
    edits: Sequence[bool]
    deletes: Sequence[bool]
    #: The query by which a form finds back to the list, escaped.
    back: str


def draw_rows(
    view: Mapping[str, Any],
    rows: Rows,
    cells: Sequence[tuple[ListColumn, Sequence[str], Sequence[str] | None]],
    *,
    picks: bool,
) -> list[str]:
    """Return the rows, escaped; a column's cells come with its values if it is edited in place.

    The first cell leads to the record unless it is edited in place.
    """
    links = not (cells and cells[0][2] is not None)
    columns = [
        _column(column, texts, raws, rows, first=not place)
        for place, (column, texts, raws) in enumerate(cells)
    ]
    numbers = quoted_all([*map(str, rows.ids)])
    parts = [_heads(numbers, rows, picks=picks), *columns, _tails(view, rows, links=links)]
    return list(map("".join, zip(*parts, strict=True)))


def _heads(numbers: Sequence[str], rows: Rows, *, picks: bool) -> list[str]:
    versions = rows.versions
    told = [f' data-version="{each}"' for each in versions] if versions else [""] * len(numbers)
    heads = [
        f'<tr data-id="{number}"{version} data-label="{label}">'
        for number, version, label in zip(numbers, told, rows.labels, strict=True)
    ]
    if not picks:
        return heads
    select = escape(gettext("Select"))
    return [
        f'{head}<td class="pick"><label><input class="form-check-input" type="checkbox"'
        f' value="{number}" aria-label="{select} {label}"></label></td>'
        for head, number, label in zip(heads, numbers, rows.labels, strict=True)
    ]


def _column(
    column: ListColumn,
    texts: Sequence[str],
    raws: Sequence[str] | None,
    rows: Rows,
    *,
    first: bool,
) -> list[str]:
    opening = _opening(column, first=first)
    if raws is not None:
        return _editable(column, opening, texts, raws, rows.edits)
    if first:
        return [
            f'{opening}<a href="{url}">{text}</a></td>'
            for url, text in zip(rows.urls, texts, strict=True)
        ]
    return [f"{opening}{text}</td>" for text in texts]


def _editable(
    column: ListColumn,
    opening: str,
    texts: Sequence[str],
    raws: Sequence[str],
    edits: Sequence[bool],
) -> list[str]:
    key, unseen = escape(column.key), f' aria-label="{escape(column.label)}"'
    begin = f'{opening}<button class="cell-edit" type="button" data-edit="{key}" data-value="'
    return [
        f'{begin}{raw}"{unseen if text is EMPTY else ""}>{text}</button></td>'
        if edit
        else f"{opening}{text}</td>"
        for text, raw, edit in zip(texts, quoted_all(raws), edits, strict=True)
    ]


def _tails(view: Mapping[str, Any], rows: Rows, *, links: bool) -> list[str]:
    """Return what stands after the cells of each row: what may be done with it."""
    if not (view["can_edit"] or view["can_delete"] or view["can_details"]):
        return ["</tr>\n"] * len(rows.ids)
    look = '<a class="btn btn-icon btn-ghost-secondary" href="'
    seen = _named("eye", gettext("View"))
    edit, delete = _named("pencil", gettext("Edit")), _named("trash", gettext("Delete"))
    drop = '<button class="btn btn-icon btn-ghost-secondary danger" type="button" data-delete-row'
    return [
        '<td class="row-actions">'
        + ("" if links else f"{look}{url}{seen[0]}{label}{seen[1]}</a>")
        + (f"{look}{url}edit/{rows.back}{edit[0]}{label}{edit[1]}</a>" if edits else "")
        + (f"{drop}{delete[0][1:]}{label}{delete[1]}</button>" if deletes else "")
        + "</td></tr>\n"
        for url, label, edits, deletes in zip(
            rows.urls, rows.labels, rows.edits, rows.deletes, strict=True
        )
    ]


def _named(name: str, title: str) -> tuple[str, str]:
    """Return what stands before and after the label of a record in a tool with an icon."""
    told = escape(title)
    return f'" title="{told}" aria-label="{told} ', f'">{icon(name)}'


def _opening(column: ListColumn, *, first: bool) -> str:
    looks = [look for look, holds in (("first", first), ("end", column.align == "end")) if holds]
    return f'<td class="{" ".join(looks)}">' if looks else "<td>"
