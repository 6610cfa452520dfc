"""What the demo shows of booked receipts: the latest ones, with a photo of each."""

from __future__ import annotations

import io

import sqlalchemy as sa
from PIL import Image, ImageDraw

from console import api
from plugins.cashier.models import Bill, Payment, PaymentKind
from plugins.cashier.services.evidence import add_photo

SIZE = (540, 960)
PAPER, INK, SOFT, GREEN = "#f4f5f7", "#1c1f23", "#c9ced6", "#12b76a"
MOST = 3


def load() -> None:
    """Add photos to the latest receipts that staff booked."""
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
