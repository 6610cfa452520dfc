"""A refund sheet as a PDF, to be printed, signed, or shown to a court."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from console import api
from plugins.cashier.models import Refund
from plugins.cashier.services.papers import LINE, build, signature, text
from plugins.cashier.services.refunding.cases import digest, purpose_of
from plugins.cashier.services.refunding.showing import Result, ShownAccount, show_sheet
from plugins.cashier.services.signing import picture_of

WIDTHS = [20 * mm, 52 * mm, 14 * mm, 22 * mm, 22 * mm, 22 * mm, 22 * mm]


def draw_sheet(refund: Refund, member: str, store: str) -> bytes:
    """Return a refund's sheet as a PDF in the reader's language; the same sheet, the same bytes."""
    shown = show_sheet(refund.sheet)
    story: list[Flowable] = [
        text(api.gettext("Refund sheet"), "head"),
        text(f"{refund.number} · {store} · {member}", "plain"),
        text(f"{shown.law} · {shown.law_name}", "small"),
        Spacer(1, 6),
        text(shown.cause, "plain"),
        text(" · ".join(f"{label}: {day}" for label, day in shown.dates), "small"),
    ]
    for account in shown.accounts:
        story += _account(account)
    story += [Spacer(1, 6), _results(shown.results, "sum"), Spacer(1, 10)]
    story += [text(f"{one.number}  {one.text}", "small") for one in shown.clauses]
    story += [Spacer(1, 18), *_signed(refund), _signatures(), Spacer(1, 6)]
    kept = api.gettext("Hash of the sheet: %(hash)s", hash=digest(refund.sheet))
    story.append(text(kept, "small"))
    return build(story, f"{api.gettext('Refund sheet')} {refund.number}", store)


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
    rows: list[list[Paragraph]] = [[text(words, "small") for words in head]]
    for row in account.rows:
        figures = (row.list_price, row.deal_price, row.value, row.running)
        what = f"{row.what} ({row.detail})" if row.detail else row.what
        rows.append(
            [
                text(row.on, "small"),
                text(what, "plain"),
                text(row.clause, "small"),
                *(text(figure, "right") for figure in figures),
            ]
        )
    table = Table(rows, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        )
    )
    return [
        text(account.title, "part"),
        text(" · ".join(account.facts), "small"),
        *([table] if account.rows else []),
        _results(account.results, "right"),
    ]


def _results(results: Sequence[Result], style: str) -> Table:
    rows = [
        [
            text(f"{one.label} ({one.clause})" if one.clause else one.label, style),
            text(one.figure, style),
        ]
        for one in results
    ]
    return Table(rows, colWidths=[sum(WIDTHS) - 30 * mm, 30 * mm])


def _signed(refund: Refund) -> list[Flowable]:
    picture = picture_of(purpose_of(refund.id))
    return [signature(picture)] if picture is not None else []


def _signatures() -> Table:
    line = "____________________"
    names = [api.gettext("Member"), api.gettext("For the salon"), api.gettext("Date")]
    return Table([[text(f"{name}: {line}", "plain") for name in names]])
