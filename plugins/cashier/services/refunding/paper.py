"""A refund sheet as a PDF, to be printed, signed, or shown to a court.

The Chinese font is not embedded: STSong-Light belongs to the fonts that every PDF reader brings
or replaces, so that a sheet stays a few kilobytes and no font has to be installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from console import api
from plugins.cashier.models import Refund
from plugins.cashier.services.refunding.cases import digest
from plugins.cashier.services.refunding.showing import Result, ShownAccount, show_sheet

FONT = "STSong-Light"
GREY, LINE = colors.HexColor("#57534e"), colors.HexColor("#d6d3d1")
WIDTHS = [20 * mm, 52 * mm, 14 * mm, 22 * mm, 22 * mm, 22 * mm, 22 * mm]


@cache
def _styles() -> dict[str, ParagraphStyle]:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    plain = ParagraphStyle("plain", fontName=FONT, fontSize=9, leading=13, wordWrap="CJK")
    return {
        "plain": plain,
        "small": ParagraphStyle("small", plain, fontSize=7.5, leading=11, textColor=GREY),
        "head": ParagraphStyle("head", plain, fontSize=15, leading=22),
        "part": ParagraphStyle("part", plain, fontSize=11, leading=16, spaceBefore=8),
        "right": ParagraphStyle("right", plain, alignment=2),
        "sum": ParagraphStyle("sum", plain, fontSize=11, leading=16, alignment=2),
    }


def draw_sheet(refund: Refund, member: str, store: str) -> bytes:
    """Return a refund's sheet as a PDF in the reader's language; the same sheet, the same bytes."""
    shown = show_sheet(refund.sheet)
    story: list[Flowable] = [
        _text(api.gettext("Refund sheet"), "head"),
        _text(f"{refund.number} · {store} · {member}", "plain"),
        _text(f"{shown.law} · {shown.law_name}", "small"),
        Spacer(1, 6),
        _text(shown.cause, "plain"),
        _text(" · ".join(f"{label}: {day}" for label, day in shown.dates), "small"),
    ]
    for account in shown.accounts:
        story += _account(account)
    story += [Spacer(1, 6), _results(shown.results, "sum"), Spacer(1, 10)]
    story += [_text(f"{one.number}  {one.text}", "small") for one in shown.clauses]
    story += [Spacer(1, 18), _signatures(), Spacer(1, 6)]
    kept = api.gettext("Hash of the sheet: %(hash)s", hash=digest(refund.sheet))
    story.append(_text(kept, "small"))
    page = BytesIO()
    document = SimpleDocTemplate(
        page,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=f"{api.gettext('Refund sheet')} {refund.number}",
        author=store,
        invariant=1,
        pageCompression=0,
    )
    document.build(story)
    return page.getvalue()


def _text(words: str, style: str) -> Paragraph:
    return Paragraph(escape(words), _styles()[style])


def _account(account: ShownAccount) -> list[Flowable]:
    head = [
        api.gettext("Date"),
        api.gettext("What"),
        api.gettext("Clause"),
        api.gettext("List price"),
        api.gettext("Deal price"),
        api.gettext("Value used"),
        api.gettext("Used so far"),
    ]
    rows: list[list[Paragraph]] = [[_text(words, "small") for words in head]]
    for row in account.rows:
        figures = (row.list_price, row.deal_price, row.value, row.running)
        what = f"{row.what} ({row.detail})" if row.detail else row.what
        rows.append(
            [
                _text(row.on, "small"),
                _text(what, "plain"),
                _text(row.clause, "small"),
                *(_text(figure, "right") for figure in figures),
            ]
        )
    table = Table(rows, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        )
    )
    return [
        _text(account.title, "part"),
        _text(" · ".join(account.facts), "small"),
        *([table] if account.rows else []),
        _results(account.results, "right"),
    ]


def _results(results: Sequence[Result], style: str) -> Table:
    rows = [
        [
            _text(f"{one.label} ({one.clause})" if one.clause else one.label, style),
            _text(one.figure, style),
        ]
        for one in results
    ]
    return Table(rows, colWidths=[sum(WIDTHS) - 30 * mm, 30 * mm])


def _signatures() -> Table:
    line = "____________________"
    names = [api.gettext("Member"), api.gettext("For the salon"), api.gettext("Date")]
    return Table([[_text(f"{name}: {line}", "plain") for name in names]])
