"""What proves the receipts that staff book by hand: notes and photos, checked at day close."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Payment, PaymentKind
from plugins.cashier.models.payments import PaymentPhoto
from plugins.cashier.permissions import SEE_BILLS

MOST_PHOTOS = 6


@dataclass(frozen=True)
class Booked:
    """A receipt that staff booked, with what proves it."""

    payment: Payment
    kind: PaymentKind
    bill: Bill

    @property
    def said(self) -> str:
        """Its trade number, voucher code and note."""
        code = (self.payment.voucher_code or "").rpartition(":")[2]
        told = (self.payment.trade_no, code, self.payment.note)
        return " · ".join(each for each in told if each)

    @property
    def proven(self) -> bool:
        """Tell whether a note or a photo says more of it than its amount."""
        return bool(self.said or self.payment.photos)


_BOOKED = (
    sa.select(Payment, PaymentKind, Bill)
    .join(PaymentKind, PaymentKind.id == Payment.kind_id)
    .join(Bill, Bill.id == Payment.bill_id)
    .where(PaymentKind.method == "booked", PaymentKind.online.is_(False))
    .where(PaymentKind.account != "cash")
    .options(sa.orm.selectinload(Payment.photos).joinedload(PaymentPhoto.file))
)


def booked_on(store_id: int, day: dt.date) -> list[Booked]:
    """Return what staff booked in a store on a day besides cash, by kind of payment."""
    rows = api.db.session.execute(
        _BOOKED.where(Bill.store_id == store_id, Payment.booked_on == day)
        .where(Payment.state == "confirmed")
        .order_by(PaymentKind.place, Payment.id)
    )
    return [Booked(*row) for row in rows]


def find_booked(payment_id: int) -> Booked:
    """Return one booked receipt within the reach of who acts; `NotFound` for any other."""
    row = api.db.session.execute(_BOOKED.where(Payment.id == payment_id)).first()
    if row is None or api.find_record(Bill, row.Bill.id, SEE_BILLS) is None:
        raise api.NotFound(_("There is no such payment."))
    return Booked(*row)


def add_photo(payment_id: int, store_id: int, data: bytes, note: str = "") -> None:
    """Keep a photo with a booked receipt, the same one once; not in a unit: it is drawn anew."""
    file = api.keep_file(
        data, f"payment-{payment_id}", kind="image", needs=SEE_BILLS, store_id=store_id
    )
    _keep(payment_id, file, note)


@api.unit
def _keep(payment_id: int, file: api.StoredFile, note: str) -> None:
    wanted = sa.select(Payment).where(Payment.id == payment_id).with_for_update()
    payment = api.db.session.scalars(wanted).one()
    photos = api.db.session.scalars(
        sa.select(PaymentPhoto).where(PaymentPhoto.payment_id == payment_id)
    ).all()
    if any(photo.digest == file.sha256 for photo in photos):
        return
    if len(photos) >= MOST_PHOTOS:
        raise api.Refused(_("A payment has %(most)s photos at most.", most=MOST_PHOTOS))
    photo = PaymentPhoto(payment_id=payment_id, file_id=file.id, digest=file.sha256)
    photo.note, photo.added_at = note.strip()[:200], api.now()
    photo.added_by = api.actor().name
    api.db.session.add(photo)
    bill = api.db.session.get_one(Bill, payment.bill_id)
    api.record_audit(
        "cashier.photo_added",
        bill,
        note=f"{payment.ref} · {file.sha256[:16]}",
        store_id=bill.store_id,
        title=_("Added a photo to a payment"),
    )
