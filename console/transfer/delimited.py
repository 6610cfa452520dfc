"""Reading .csv and .tsv, whatever the program that wrote them thought of encodings."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from console.i18n import _
from console.transfer.badfile import BadFile
from console.transfer.book import LONGEST_TEXT
from console.transfer.cells import Row
from console.transfer.filetype import wrong_type
from console.transfer.package import Limits
from console.transfer.xlsx import too_many_rows

_DELIMITERS = "\t,;|"


def read_text(path: Path) -> str:
    """Return the text of *path*, in UTF-8, UTF-16, GB 18030 or Big5."""
    content = path.read_bytes()
    for encoding in _likely_encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise wrong_type()


def read_rows(text: str, limits: Limits) -> Iterator[tuple[Row, float]]:
    """Yield the lines that hold anything, each with the share of the text read."""
    first, _break, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, source = first.strip()[4], io.StringIO("\n" + rest, newline="")
    else:
        delimiter, source = guess_delimiter(text), io.StringIO(text, newline="")
    lines = csv.reader(source, delimiter=delimiter, strict=True)
    count = 0
    try:
        for number, line in enumerate(lines, start=1):
            cells = tuple(cell[:LONGEST_TEXT] if cell.strip() else None for cell in line)
            while cells and cells[-1] is None:
                cells = cells[:-1]
            if not cells:
                continue
            count += 1
            _check_size(count, len(cells), limits)
            yield Row(number, cells), source.tell() / len(text)
    except csv.Error:
        raise BadFile(
            "broken",
            _("The quotation marks after line %(line)s do not match.", line=lines.line_num),
        ) from None


def guess_delimiter(text: str) -> str:
    """Return the sign that parts the columns: the one that most lines agree on."""
    lines = [line for line in text[:20_000].splitlines()[:30] if line.strip()]

    def agreement(delimiter: str) -> int:
        counts = Counter(line.count(delimiter) for line in lines if delimiter in line)
        return max((per_line * lines for per_line, lines in counts.items()), default=0)

    return max(_DELIMITERS, key=agreement)


def _check_size(rows: int, columns: int, limits: Limits) -> None:
    if rows > limits.rows:
        raise too_many_rows(limits)
    if columns > limits.columns:
        raise BadFile(
            "too_many_columns",
            _("The sheet has more than %(limit)s columns.", limit=limits.columns),
        )


def _likely_encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    head = content[:4096]
    if head.count(0) >= 0.3 * len(head):
        odd = head[1::2].count(0)
        return ("utf-16-le", "utf-16-be") if odd * 2 > head.count(0) else ("utf-16-be",)
    double = ("big5hkscs", "gb18030") if _looks_like_big5(content) else ("gb18030", "big5hkscs")
    return ("utf-8-sig", *double)


def _looks_like_big5(content: bytes) -> bool:
    """Tell Big5 from GB 18030 by the second bytes: common Chinese words of the latter are high."""
    low = high = position = 0
    while position < min(len(content), 65_536) - 1:
        if content[position] < 0x80:
            position += 1
            continue
        if content[position + 1] < 0x80:
            low += 1
        else:
            high += 1
        position += 2
    return low > 0.15 * (low + high)
