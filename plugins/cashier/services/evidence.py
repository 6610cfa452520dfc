"""What proves the receipts that staff book by hand: notes, photos, and who checked them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Payment, PaymentKind
from plugins.cashier.models.payments import PaymentCheck, PaymentPhoto
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
)
_WHOLE = (
    sa.orm.selectinload(Payment.photos).joinedload(PaymentPhoto.file),
    sa.orm.selectinload(Payment.checks),
)
#: A list shows so many at a time.
MOST_SHOWN = 500
_STANDS = sa.exists().where(PaymentCheck.payment_id == Payment.id, PaymentCheck.undone_at.is_(None))


def booked_on(store_id: int, day: dt.date) -> list[Booked]:
    """Return what staff booked in a store on a day besides cash, by kind of payment."""
    return find_all_booked(store_id, day, day)


def find_all_booked(
    store_id: int,
    since: dt.date,
    until: dt.date,
    *,
    kind_id: int | None = None,
    checked: bool | None = None,
) -> list[Booked]:
    """Return what staff booked besides cash in a store on some days, by kind of payment.

    With *checked* only what was checked against a statement, or what was not. Not more than
    `MOST_SHOWN`.
    """
    wanted = _BOOKED.where(Payment.state == "confirmed", Bill.store_id == store_id)
    wanted = wanted.where(Payment.booked_on.between(since, until))
    if kind_id is not None:
        wanted = wanted.where(Payment.kind_id == kind_id)
    if checked is not None:
        wanted = wanted.where(_STANDS if checked else ~_STANDS)
    order = (PaymentKind.place, Payment.booked_on, Payment.id)
    rows = api.db.session.execute(wanted.options(*_WHOLE).order_by(*order).limit(MOST_SHOWN))
    return [Booked(*row) for row in rows]


@dataclass(frozen=True)
class Unchecked:
    """Booked receipts that nobody found on a statement yet."""

    count: int = 0
    fen: int = 0


def unchecked(store_id: int, since: dt.date, until: dt.date) -> Unchecked:
    """Return how much of what staff booked besides cash on some days is not checked yet."""
    wanted = _BOOKED.with_only_columns(sa.func.count(), sa.func.sum(Payment.amount_fen))
    wanted = wanted.where(Payment.state == "confirmed", Bill.store_id == store_id)
    wanted = wanted.where(Payment.booked_on.between(since, until), ~_STANDS)
    count, fen = api.db.session.execute(wanted).one()
    return Unchecked(int(count), int(fen or 0))


def booked_kinds() -> list[PaymentKind]:
    """Return the kinds of payment that staff book by hand and that have a statement."""
    wanted = sa.select(PaymentKind).where(PaymentKind.method == "booked")
    wanted = wanted.where(PaymentKind.online.is_(False), PaymentKind.account != "cash")
    return list(api.db.session.scalars(wanted.order_by(PaymentKind.place, PaymentKind.id)))


def find_these_booked(payment_ids: Sequence[int]) -> list[Booked]:
    """Return booked receipts by their numbers, wherever they are, as the database has them."""
    wanted = _BOOKED.where(Payment.id.in_(payment_ids)).order_by(Payment.id)
    rows = api.db.session.execute(wanted.execution_options(populate_existing=True))
    return [Booked(*row) for row in rows]


def find_booked(payment_id: int) -> Booked:
    """Return one booked receipt within the reach of who acts; `NotFound` for any other."""
    wanted = _BOOKED.where(Payment.id == payment_id).options(*_WHOLE)
    row = api.db.session.execute(wanted).first()
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
