"""The gift of a level: once for each level and member, whatever happens to the level later."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import Entry, earn_points
from plugins.membership.models import Benefit, Level, LevelGift, Member
from plugins.membership.services.finding import today_of_chain
from plugins.membership.services.points.rules import expiry_of
from plugins.membership.services.points.telling import tell_of_points
from plugins.membership.services.timeline import note_history


def give_gift(member: Member, level: Level) -> None:
    """Record the gift of a level, and give its points; nothing when she had it before.

    Call it under the lock on the member's row. What is no points waits until staff hand it over.
    """
    had = sa.select(LevelGift.id).where(
        LevelGift.member_id == member.id, LevelGift.level_id == level.id
    )
    if api.db.session.scalar(had) is not None:
        return
    gifts = api.db.session.scalars(
        sa.select(Benefit)
        .where(Benefit.level_id == level.id, Benefit.kind == "upgrade_gift")
        .order_by(Benefit.id)
    ).all()
    if not gifts:
        return
    points = sum(gift.points for gift in gifts)
    things = [{"name": one.name, "names": one.names} for one in gifts if not one.points]
    api.db.session.add(
        LevelGift(
            member_id=member.id,
            level_id=level.id,
            gifts={"things": things},
            points=points,
            at=api.now(),
            handed_at=None if things else api.now(),
        )
    )
    api.db.session.flush()
    if points:
        entry = Entry(
            key=f"membership.level_gift:{member.id}:{level.id}",
            code="earn_points",
            store_id=member.home_store_id,
            note=level.name,
        )
        earn_points(entry, member.id, points, expires=expiry_of(today_of_chain()))
        told, store_id = f"{entry.key}:told", member.home_store_id
        tell_of_points(member.id, [points], _("gift of your level"), key=told, store_id=store_id)
    for thing in things:
        note_history(member.id, "gift_due", gift=thing)


def say_gift(gift: LevelGift) -> str:
    """Say what a gift is, in the reader's language."""
    things = [api.translate(one["name"], one["names"]) for one in gift.gifts.get("things", ())]
    if gift.points:
        things.append(api.ngettext("%(num)s point", "%(num)s points", gift.points))
    return api.gettext(", ").join(things)


def open_gifts(member_id: int) -> list[LevelGift]:
    """Return the gifts that wait for a member."""
    rows = sa.select(LevelGift).where(
        LevelGift.member_id == member_id, LevelGift.handed_at.is_(None)
    )
    return list(api.db.session.scalars(rows.order_by(LevelGift.id)))


@api.unit
def hand_over_gift(gift_id: int) -> None:
    """Note that staff handed a gift to the member; twice is refused."""
    locked = sa.select(LevelGift).where(LevelGift.id == gift_id).with_for_update()
    gift = api.db.session.scalars(locked.execution_options(populate_existing=True)).first()
    if gift is None:
        raise api.NotFound(_("There is no such gift."))
    if gift.handed_at is not None:
        raise api.Refused(_("This gift was handed over already."))
    gift.handed_at, gift.handed_by = api.now(), api.actor().name
    for thing in gift.gifts.get("things", ()):
        note_history(gift.member_id, "gift_handed", gift=thing)
    member = api.db.session.get_one(Member, gift.member_id)
    api.record_audit(
        "membership.gift_handed",
        member,
        store_id=member.home_store_id,
        title=_("Handed a gift over"),
    )


@api.unit
def take_gift_back(gift_id: int) -> None:
    """Let a gift wait again that was marked by mistake."""
    gift = api.db.session.get(LevelGift, gift_id)
    if gift is None or gift.handed_at is None or not gift.gifts.get("things"):
        raise api.NotFound(_("There is no such gift."))
    gift.handed_at, gift.handed_by = None, ""
    for thing in gift.gifts["things"]:
        note_history(gift.member_id, "gift_due", gift=thing)
