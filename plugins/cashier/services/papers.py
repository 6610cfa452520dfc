"""Papers as PDF, to be printed, signed, or shown to a court. Loaded when one is drawn.

The Chinese font is not embedded: STSong-Light belongs to the fonts that every PDF reader brings
or replaces, so that a paper stays a few kilobytes and no font has to be installed.
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
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    Flowable,
    Image,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

FONT = "STSong-Light"
GREY, LINE = colors.HexColor("#57534e"), colors.HexColor("#d6d3d1")
LABEL, WHOLE = 38 * mm, 174 * mm
SIGNED_WIDTH = 60 * mm


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


def text(words: str, style: str) -> Paragraph:
    """Return a paragraph: "plain", "small", "head", "part", "right" or "sum"."""
    return Paragraph(escape(words).replace("\n", "<br/>"), _styles()[style])


def build(story: list[Flowable], title: str, author: str) -> bytes:
    """Return a paper as a PDF; the same story gives the same bytes."""
    page = BytesIO()
    document = SimpleDocTemplate(
        page,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=title,
        author=author,
        invariant=1,
        pageCompression=0,
    )
    document.build(story)
    return page.getvalue()


def signature(picture: bytes) -> Image:
    """Return a signature, as it was drawn or photographed, for a paper."""
    width, height = ImageReader(BytesIO(picture)).getSize()
    wide = min(SIGNED_WIDTH, width)
    return Image(BytesIO(picture), wide, wide * height / width, hAlign="LEFT")


def draw_terms(
    title: str,
    subtitle: str,
    terms: Sequence[tuple[str, str]],
    signed: Sequence[str],
    fingerprint: str,
    *,
    author: str,
    picture: bytes | None = None,
) -> bytes:
    """Return a contract as a PDF: its terms, how it was signed, and its fingerprint.

    *picture* is the signature as it was drawn or photographed.
    """
    rows = [[text(label, "small"), text(words, "plain")] for label, words in terms]
    table = Table(rows, colWidths=[LABEL, WHOLE - LABEL])
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE)
    table.setStyle(TableStyle([line, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    story: list[Flowable] = [
        text(title, "head"),
        text(subtitle, "small"),
        Spacer(1, 6),
        table,
        Spacer(1, 12),
        *(text(words, "plain") for words in signed),
    ]
    if picture is not None:
        story.append(signature(picture))
    story += [Spacer(1, 8), text(fingerprint, "small")]
    return build(story, title, author)
