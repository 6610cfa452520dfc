"""The staff file: taking on, keeping, and leaving in one act."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.salon.hookspecs import salon_leaving_consequences, salon_staff_leaving
from plugins.salon.models import Practice, Service, Staff, StaffSkill, StaffStore
from plugins.salon.permissions import SEE_SERVICES


def working_staff(store_id: int | None = None) -> list[Staff]:
    """Return who has not left, of one store or of the whole chain, by name."""
    rows = sa.select(Staff).where(Staff.left_on.is_(None)).order_by(Staff.name, Staff.id)
    if store_id is not None:
        works = sa.select(StaffStore.staff_id).where(StaffStore.store_id == store_id)
        rows = rows.where(Staff.id.in_(works))
    return list(api.db.session.scalars(rows))


def staff_of(user_id: int | None) -> Staff | None:
    """Return the staff file of a user, if she has one."""
    if user_id is None:
        return None
    found: Staff | None = api.db.session.scalar(sa.select(Staff).where(Staff.user_id == user_id))
    return found


def years_of(staff: Staff, today: dt.date) -> int | None:
    """Return for how many years a person has been in the trade, or None if it is not known."""
    return None if staff.works_since is None else max(0, today.year - staff.works_since)


def settle_staff(staff: Staff) -> None:
    """Complete a changed staff file before it is flushed: the main store is one of her stores."""
    with api.db.session.no_autoflush:
        main = api.db.session.get_one(api.Store, staff.main_store_id)
        if main not in staff.stores:
            staff.stores.append(main)
    staff.name, staff.title = staff.name.strip(), staff.title.strip()


@api.unit
def put_photo(staff: Staff, data: bytes | None, name: str) -> None:
    """Give a person's file another photo, or none."""
    file = api.keep_file(data, name, kind="image", needs=SEE_SERVICES) if data else None
    staff.photo_id = file.id if file else None


@api.unit
def put_practice(
    staff_id: int,
    service_id: int,
    *,
    offered: bool | None = None,
    minutes: int | None = None,
    level_id: int | None = None,
) -> None:
    """Say how one person does one service otherwise than her skills and level would have it.

    Without *offered* her skills go on to decide whether she does it.
    """
    row = api.db.session.get(Practice, (staff_id, service_id))
    if row is None:
        row = Practice(staff_id=staff_id, service_id=service_id)
        api.db.session.add(row)
    row.offered, row.minutes, row.level_id = offered, minutes, level_id


@api.unit
def drop_practice(staff_id: int, service_id: int) -> None:
    """Let skills and level decide again."""
    gone = sa.delete(Practice).where(
        Practice.staff_id == staff_id, Practice.service_id == service_id
    )
    api.db.session.execute(gone)
    api.raise_epoch()


def who_does(service: Service, store_id: int) -> list[Staff]:
    """Return who does a service in a store: by skill, or because her file says so."""
    said = {
        row.staff_id: row.offered
        for row in api.db.session.scalars(
            sa.select(Practice).where(
                Practice.service_id == service.id, Practice.offered.is_not(None)
            )
        )
    }
    skilled = set(
        api.db.session.scalars(
            sa.select(StaffSkill.staff_id).where(StaffSkill.skill_id == service.skill_id)
        )
    )
    return [
        person
        for person in working_staff(store_id)
        if said.get(person.id, service.skill_id is not None and person.id in skilled)
    ]


def leaving_consequences(staff: Staff) -> list[str]:
    """Say what leaving will do, in the words of everyone concerned."""
    lines = []
    if staff.user_id is not None:
        lines.append(api.gettext("Her sign-in stops working and all her sessions end at once."))
        lines.append(api.gettext("She loses all roles in all stores."))
    if staff.shown:
        lines.append(api.gettext("Members no longer see her."))
    for answer in api.answers(salon_leaving_consequences, staff_id=staff.id):
        lines.extend(str(line) for line in answer)
    return lines


@api.unit
def end_employment(staff_id: int, *, last_on: dt.date, successor_id: int | None = None) -> None:
    """Let a person leave: sign-in, sessions and roles end, and others take over her duties.

    All of it happens in one act or not at all. Her file stays. Raises `Refused`.
    """
    staff = api.db.session.get_one(Staff, staff_id)
    if staff.left_on is not None:
        raise api.Refused(_("She has left already."))
    if last_on > api.today("Asia/Shanghai") or last_on < staff.joined_on:
        raise api.Refused(_("The last day lies between the day she joined and today."))
    if successor_id is not None:
        successor = api.db.session.get(Staff, successor_id)
        if successor is None or successor.left_on is not None or successor_id == staff_id:
            raise api.Refused(_("Choose somebody else who works here as the successor."))
    consequences = leaving_consequences(staff)
    api.answers(salon_staff_leaving, staff_id=staff_id, successor_id=successor_id)
    if staff.user_id is not None:
        api.end_access(staff.user_id)
    staff.left_on, staff.shown, staff.version = last_on, False, staff.version + 1
    api.record_audit(
        "salon.staff_left",
        staff,
        title=_("Somebody left"),
        after={"left_on": last_on.isoformat(), "successor_id": successor_id},
        note="\n".join(consequences),
    )


@api.unit
def take_back(staff_id: int) -> None:
    """Let a person who left work again; sign-in and roles are given anew under users."""
    staff = api.db.session.get_one(Staff, staff_id)
    if staff.left_on is None:
        raise api.Refused(_("She has not left."))
    staff.left_on, staff.version = None, staff.version + 1
    api.record_audit("salon.staff_taken_back", staff, title=_("Took somebody back"))
