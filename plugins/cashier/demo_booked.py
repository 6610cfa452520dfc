"""What the demo shows of booked receipts: photos of the latest, older ones checked."""

from __future__ import annotations

import datetime as dt
import io
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from PIL import Image, ImageDraw

from console import api
from plugins.cashier.models import Bill, Payment, PaymentKind
from plugins.cashier.models.payments import PaymentCheck
from plugins.cashier.services.days import A_DAY
from plugins.cashier.services.evidence import add_photo

SIZE = (540, 960)
PAPER, INK, SOFT, GREEN = "#f4f5f7", "#1c1f23", "#c9ced6", "#12b76a"
MOST = 3
ZONE, TEN = "Asia/Shanghai", dt.time(10)


def load() -> None:
    """Add photos to the latest receipts that staff booked, and check those of earlier days."""
    wanted = (
        sa.select(Payment.id, Payment.amount_fen, Bill.store_id)
        .join(PaymentKind, PaymentKind.id == Payment.kind_id)
        .join(Bill, Bill.id == Payment.bill_id)
        .where(PaymentKind.method == "booked", PaymentKind.account != "cash")
        .where(Payment.state == "confirmed", Payment.voucher_code.is_(None))
        .order_by(Payment.booked_on.desc(), Payment.id.desc())
        .limit(MOST)
    )
    rows = api.db.session.execute(wanted).all()
    api.db.session.rollback()
    for row in rows:
        add_photo(row.id, row.store_id, _draw(row.amount_fen))
    _check_earlier()


@api.unit
def _check_earlier() -> None:
    """Let the accountant have found what came up to the day before yesterday."""
    today = api.today(ZONE)
    wanted = (
        sa.select(Payment.id, Payment.booked_on)
        .join(PaymentKind, PaymentKind.id == Payment.kind_id)
        .where(PaymentKind.method == "booked", PaymentKind.account != "cash")
        .where(Payment.state == "confirmed", Payment.booked_on < today - 2 * A_DAY)
    )
    rows = [
        {
            "payment_id": row.id,
            "checked_at": dt.datetime.combine(row.booked_on + A_DAY, TEN, ZoneInfo(ZONE)),
            "checked_by": api.gettext("Accountant"),
            "note": "",
            "undone_by": "",
            "undo_reason": "",
        }
        for row in api.db.session.execute(wanted)
    ]
    if rows:
        api.db.session.execute(sa.insert(PaymentCheck), rows)


def _draw(amount_fen: int) -> bytes:
    """Draw what a phone shows when money was sent."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((220, 150, 320, 250), fill=GREEN)
    pen.line(((245, 200), (263, 220), (297, 180)), fill="white", width=10, joint="curve")
    pen.text((150, 300), f"{amount_fen / 100:,.2f}", fill=INK, font_size=64)
    for row in range(5):
        top = 470 + row * 70
        pen.rounded_rectangle((60, top, 200, top + 22), 8, fill=SOFT)
        pen.rounded_rectangle((300 - row % 2 * 40, top, 480, top + 22), 8, fill=SOFT)
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=82)
    return kept.getvalue()


PART = api.DemoPart(load=load)
