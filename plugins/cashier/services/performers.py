"""Who performed a line and who sold it: filled in at once, mended until the day is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line, Performer, Seller
from plugins.cashier.services.days import require_unclosed_day
from plugins.membership.api import Member
from plugins.salon.api import Staff, StaffStore

WHOLE = 1000


@dataclass(frozen=True)
class Share:
    """The part of a line that one person has; *named* when the guest asked for her."""

    staff_id: int
    permille: int = WHOLE
    named: bool = False
    role: str = "main"


def usual(bill: Bill, order_kind: str, lines: Sequence[Line]) -> int | None:
    """Return who most likely does a new line: who did the last one, else who acts.

    What is sold is put down to the member's consultant where nobody else is known.
    """
    if order_kind == "service":
        for line in reversed(lines):
            if line.order_kind == "service" and (known := first_of(line)):
                return known
    own = staff_of_user(api.actor().user_id, bill.store_id)
    if own and order_kind == "service" and not _performs(own, bill.store_id):
        return None
    if own or order_kind == "service" or bill.member_id is None:
        return own
    member = api.db.session.get(Member, bill.member_id)
    consultant = member.consultant_id if member else None
    return consultant if consultant and works_in(consultant, bill.store_id) else None


def _performs(staff_id: int, store_id: int) -> bool:
    """Tell whether somebody does services herself: technicians, where they have levels."""
    return staff_id in {staff.id for staff in who_performs(store_id)}


def who_performs(store_id: int) -> list[Staff]:
    """Return who does services in a store: its technicians, where they have levels."""
    everybody = staff_of_store(store_id)
    return [staff for staff in everybody if staff.level_id is not None] or everybody


def staff_of_user(user_id: int | None, store_id: int) -> int | None:
    """Return the staff file of a user who works in a store."""
    if user_id is None:
        return None
    found = sa.select(Staff.id).where(Staff.user_id == user_id, Staff.left_on.is_(None))
    number = api.db.session.scalar(found)
    return number if number and works_in(number, store_id) else None


def works_in(staff_id: int, store_id: int) -> bool:
    """Tell whether somebody works in a store."""
    found = sa.select(StaffStore.staff_id).where(
        StaffStore.staff_id == staff_id, StaffStore.store_id == store_id
    )
    return api.db.session.scalar(found) is not None


def staff_of_store(store_id: int) -> list[Staff]:
    """Return who works in a store, by name."""
    return list(api.db.session.scalars(_STAFF, {"store_id": store_id}))


_STAFF = (
    sa.select(Staff)
    .where(
        Staff.id.in_(
            sa.select(StaffStore.staff_id).where(StaffStore.store_id == sa.bindparam("store_id"))
        ),
        Staff.left_on.is_(None),
    )
    .order_by(Staff.name, Staff.id)
)


def first_of(line: Line) -> int | None:
    """Return who does a line, or sold it."""
    model = Performer if line.order_kind == "service" else Seller
    found = sa.select(model.staff_id).where(model.line_id == line.id)
    return api.db.session.scalar(found.order_by(model.share_permille.desc(), model.id).limit(1))


def put_first(line: Line, staff_id: int, *, named: bool = False) -> None:
    """Put a line down to one person, in the running unit."""
    share = Share(staff_id, named=named)
    if line.order_kind == "service":
        _put_performers(line, [share])
    else:
        _put_sellers(line, [share])


@api.unit
def put_performers(line_id: int, shares: Sequence[Share]) -> None:
    """Say who performed a service line; the shares of each role add up to 1,000."""
    _put_performers(_changeable(line_id), shares)


@api.unit
def put_sellers(line_id: int, shares: Sequence[Share]) -> None:
    """Say who sold a line; the shares add up to 1,000."""
    _put_sellers(_changeable(line_id), shares)


def _changeable(line_id: int) -> Line:
    line = api.db.session.get(Line, line_id)
    if line is None:
        raise api.NotFound(_("There is no such line."))
    bill = api.db.session.get_one(Bill, line.bill_id, with_for_update=True)
    if bill.state == "void":
        raise api.Conflict(_("This bill is void."))
    require_unclosed_day(bill.store_id, bill.booked_on)
    title = _("Changed who performed or sold")
    api.record_audit("cashier.shares", bill, note=line.title, store_id=bill.store_id, title=title)
    return line


def _put_performers(line: Line, shares: Sequence[Share]) -> None:
    roles: dict[str, int] = {}
    for share in shares:
        roles[share.role] = roles.get(share.role, 0) + share.permille
    _check(line, shares, roles)
    api.db.session.execute(sa.delete(Performer).where(Performer.line_id == line.id))
    for share in shares:
        row = Performer(line_id=line.id, staff_id=share.staff_id, role=share.role)
        row.share_permille, row.named = share.permille, share.named
        api.db.session.add(row)
    api.db.session.flush()


def _put_sellers(line: Line, shares: Sequence[Share]) -> None:
    _check(line, shares, {"sold": sum(share.permille for share in shares)} if shares else {})
    api.db.session.execute(sa.delete(Seller).where(Seller.line_id == line.id))
    for share in shares:
        row = Seller(line_id=line.id, staff_id=share.staff_id, share_permille=share.permille)
        api.db.session.add(row)
    api.db.session.flush()


def _check(line: Line, shares: Sequence[Share], sums: Mapping[str, int]) -> None:
    if any(total != WHOLE for total in sums.values()):
        raise api.Refused(_("The shares must add up to 100 %."))
    if len({(share.staff_id, share.role) for share in shares}) < len(shares):
        raise api.Refused(_("Nobody can be named twice."))
    store_id = api.db.session.get_one(Bill, line.bill_id).store_id
    if any(not works_in(share.staff_id, store_id) for share in shares):
        raise api.Refused(_("Choose somebody who works in this store."))


_NUMBERS: Any = sa.bindparam("line_ids", expanding=True)
_PERFORMED = (
    sa.select(Performer, Staff)
    .join(Staff, Staff.id == Performer.staff_id)
    .where(Performer.line_id.in_(_NUMBERS))
    .order_by(Performer.id)
)
_SOLD = (
    sa.select(Seller, Staff)
    .join(Staff, Staff.id == Seller.staff_id)
    .where(Seller.line_id.in_(_NUMBERS))
    .order_by(Seller.id)
)


def shares_of(line_ids: Sequence[int]) -> dict[int, list[tuple[Staff, Share]]]:
    """Return who performed or sold lines, by line."""
    found: dict[int, list[tuple[Staff, Share]]] = {number: [] for number in line_ids}
    asked = {"line_ids": [*line_ids]}
    for row, staff in api.db.session.execute(_PERFORMED, asked) if line_ids else ():
        share = Share(staff.id, row.share_permille, row.named, row.role)
        found[row.line_id].append((staff, share))
    for seller, staff in api.db.session.execute(_SOLD, asked) if line_ids else ():
        found[seller.line_id].append((staff, Share(staff.id, seller.share_permille, role="sold")))
    return found
