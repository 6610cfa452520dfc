"""Being forgotten: identity goes, the books stay under a number alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.hookspecs import membership_member_erased, membership_member_erasing
from plugins.membership.models import (
    Alias,
    CardRequest,
    DataCopy,
    Duplicate,
    Erasure,
    HistoryLine,
    Identity,
    LevelChange,
    Member,
    MemberCard,
    MemberPin,
    MemberTag,
    Merge,
    MovedRow,
    Photo,
    ValueHold,
    VisitorSession,
)
from plugins.membership.models.privacy import AGREED, ASKED, DONE, WAITING, WITHDRAWN
from plugins.membership.permissions import ERASE_MEMBERS
from plugins.membership.services.copying import drop_copy
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.id_documents import id_of, kept_until
from plugins.membership.services.timeline import note_history

OPEN = (ASKED, WAITING, AGREED)
#: Tables of which nothing is left of a member whose data is erased.
FORGOTTEN: tuple[Any, ...] = (
    MemberTag,
    Alias,
    HistoryLine,
    Identity,
    MemberCard,
    MemberPin,
    ValueHold,
    VisitorSession,
    CardRequest,
)
WAIT = api.Setting(
    "membership.erasure_days",
    _("Days between the approval of an erasure and the erasure itself"),
    7,
    least=0,
    most=15,
)
PHONE = re.compile(r"\+?\d{7,15}")


def what_she_has(member_id: int) -> dict[str, str]:
    """Return what a member would give up, in words by label; empty when there is nothing."""
    held = holdings_of(member_id)
    found = {}
    if held.balance_fen:
        found[api.gettext("Balance")] = api.format_fen(held.balance_fen)
    if held.sessions:
        cards = (f"{card} x{count}" for card, count in held.sessions)
        found[api.gettext("Sessions")] = api.gettext(", ").join(cards)
    if held.points > 0:
        found[api.gettext("Points")] = f"{held.points:,}"
    return found


def open_erasure(member_id: int) -> Erasure | None:
    """Return the wish of a member that is neither done nor withdrawn."""
    wanted = sa.select(Erasure).where(Erasure.member_id == member_id, Erasure.state.in_(OPEN))
    found: Erasure | None = api.db.session.scalars(wanted.order_by(Erasure.id.desc())).first()
    if found is not None and found.state == WAITING and found.approval_id is not None:
        return found if api.approval_state(found.approval_id) == "waiting" else None
    return found


@api.unit
def wish_erasure(member_id: int) -> Erasure:
    """Write down that a member asks on her phone to be forgotten, and tell the staff."""
    member = _lock(member_id)
    known = open_erasure(member_id)
    if known is not None:
        return known
    wish = _new(member_id, ASKED, "phone")
    api.notify(
        _("A member asks for the erasure of her data"),
        _("Member number %(number)s", number=member.number),
        url=f"/console/membership/members/{member_id}/privacy",
        store_id=member.home_store_id,
        permission=ERASE_MEMBERS,
        todo=True,
        key=_key(member_id),
    )
    return wish


@api.unit
def ask_erasure(member_id: int, reason: str, *, waives: bool = False) -> Erasure:
    """Ask a second person to agree to the erasure of a member.

    Refused while she has something, unless she *waives* it, and while she owes.
    """
    member = _lock(member_id)
    known = open_erasure(member_id)
    if known is not None and known.state != ASKED:
        raise api.Refused(_("Her erasure was asked for already."))
    has = _check(member, waives=waives)
    wish = known or _new(member_id, ASKED, "counter")
    wish.state, wish.waived = WAITING, has or None
    wish.approval_id = api.ask_approval(
        ERASE,
        {"erasure_id": wish.id},
        reason=reason,
        subject=member,
        store_id=member.home_store_id,
    )
    return wish


@api.unit
def withdraw_erasure(member_id: int) -> None:
    """Let a member stay after all; nothing when no erasure is open."""
    _lock(member_id)
    wish = open_erasure(member_id)
    if wish is None:
        return
    wish.state, wish.ended_at, wish.ended_by = WITHDRAWN, api.now(), api.actor().name
    member = api.db.session.get_one(Member, member_id)
    _settle(member_id)
    title = _("Withdrew the wish to be erased")
    store_id = member.home_store_id
    api.record_audit("membership.erasure_withdrawn", member, store_id=store_id, title=title)


def _agree(payload: dict[str, Any]) -> None:
    wish = api.db.session.get(Erasure, payload["erasure_id"])
    if wish is None or wish.state != WAITING:
        raise api.Refused(_("This wish was withdrawn meanwhile."))
    _check(_lock(wish.member_id), waives=wish.waived is not None)
    wish.state = AGREED
    wish.due_at = api.now() + dt.timedelta(days=WAIT.get())
    _settle(wish.member_id)


#: A second person looks at what cannot be taken back.
ERASE = api.ApprovalKind(
    "membership.erase_member", _("Erase a member's data"), ERASE_MEMBERS, _agree
)


@api.unit
def start_due_erasures() -> None:
    """Have the worker erase whoever's time has come; it runs every hour."""
    due = sa.select(Erasure.id).where(Erasure.state == AGREED, Erasure.due_at <= api.now())
    for number in api.db.session.scalars(due.order_by(Erasure.id)):
        api.start_job(erase_one, erasure_id=number)


@api.job(_("Erase a member's data"))
def erase_one(run: api.JobRun, erasure_id: int) -> dict[str, Any]:
    """Erase one member: first her file, then what is left of her phones anywhere."""
    wish = api.db.session.get(Erasure, erasure_id)
    if wish is None or wish.state not in (AGREED, DONE):
        return {"erased": False}
    member_id = wish.member_id
    phones = sorted(phones_of(files_of(member_id)))
    if wish.state == AGREED and not erase_member(erasure_id):
        return {"erased": False}
    found = api.rows_with(phones)
    api.db.session.rollback()
    api.erase_words(Member, member_id, found, phones)
    return {"erased": True}


@api.unit
def erase_member(erasure_id: int) -> bool:
    """Erase a member and the files that went into hers; False when she has something again."""
    wish = api.db.session.get_one(Erasure, erasure_id, with_for_update=True)
    if wish.state != AGREED:
        return wish.state == DONE
    member = _lock(wish.member_id)
    try:
        _check(member, waives=wish.waived is not None)
    except api.Refused as refused:
        _put_off(wish, member, refused)
        return False
    ids = files_of(member.id)
    for member_id in ids:
        api.answers(membership_member_erasing, member_id=member_id)
    for member_id in reversed(ids):
        _forget(member_id)
    _forget_merges(ids)
    wish.state, wish.ended_at, wish.ended_by = DONE, api.now(), api.actor().name
    note_history(member.id, "erased")
    title = _("Erased a member's data")
    store_id = member.home_store_id
    api.record_audit("membership.erased", member, store_id=store_id, title=title)
    api.emit(membership_member_erased, member_id=member.id)
    return True


def files_of(member_id: int) -> list[int]:
    """Return a member's file and those that went into it, the kept one first."""
    found = [member_id]
    for number in found:
        into = sa.select(Member.id).where(Member.merged_into_id == number).order_by(Member.id)
        found += [each for each in api.db.session.scalars(into) if each not in found]
    return found


def phones_of(ids: Sequence[int]) -> set[str]:
    """Return every phone that was ever known of some files."""
    phones = set(api.db.session.scalars(sa.select(Member.phone).where(Member.id.in_(ids))))
    lines = sa.select(HistoryLine.facts).where(
        HistoryLine.member_id.in_(ids),
        HistoryLine.kind.in_(("phone_changed", "phone_added", "phone_removed")),
    )
    phones |= {
        str(value) for facts in api.db.session.scalars(lines) for value in facts.values() if value
    }
    merges = sa.select(Merge.before).where(sa.or_(Merge.kept_id.in_(ids), Merge.gone_id.in_(ids)))
    for before in api.db.session.scalars(merges):
        phones |= {before.get(side, {}).get("phone") for side in ("kept", "gone")}
    aliases = sa.select(Alias.number).where(Alias.member_id.in_(ids))
    phones |= {one for one in api.db.session.scalars(aliases) if PHONE.fullmatch(one)}
    return {phone for phone in phones if phone and PHONE.fullmatch(phone)}


def _check(member: Member, *, waives: bool) -> dict[str, str]:
    if holdings_of(member.id).owing_fen:
        raise api.Refused(_("She owes something; settle or write it off first."))
    has = what_she_has(member.id)
    if has and not waives:
        listed = api.gettext(", ").join(f"{label} {text}" for label, text in has.items())
        raise api.Refused(
            _("She still has: %(what)s. Pay it out first, or let her waive it.", what=listed)
        )
    return has


def _put_off(wish: Erasure, member: Member, refused: api.Refused) -> None:
    wish.state, wish.due_at = ASKED, None
    api.notify(
        _("A member could not be erased"),
        refused.message,
        url=f"/console/membership/members/{member.id}/privacy",
        store_id=member.home_store_id,
        permission=ERASE_MEMBERS,
        todo=True,
        key=_key(member.id),
    )


def _forget(member_id: int) -> None:
    """Empty one file; its number is all that is left of it."""
    for copy in api.db.session.scalars(sa.select(DataCopy).where(DataCopy.member_id == member_id)):
        drop_copy(copy)
    for photo in api.db.session.scalars(sa.select(Photo).where(Photo.member_id == member_id)):
        file = photo.file
        api.db.session.delete(photo)
        api.drop_bytes(file)
        api.db.session.flush()
        api.db.session.delete(file)
    for model in FORGOTTEN:
        hers = model.member_id == member_id
        quietly = {"synchronize_session": False}
        api.db.session.execute(sa.delete(model).where(hers).execution_options(**quietly))
    noted = id_of(member_id)
    if noted is not None and kept_until(noted) <= api.now():
        api.db.session.delete(noted)
    pairs = sa.or_(Duplicate.low_id == member_id, Duplicate.high_id == member_id)
    api.db.session.execute(sa.delete(Duplicate).where(pairs))
    changes = sa.update(LevelChange).where(LevelChange.member_id == member_id)
    api.db.session.execute(changes.values(reason=""))
    member = api.db.session.get_one(Member, member_id, populate_existing=True)
    for column, value in _blank(member).items():
        setattr(member, column, value)
    api.db.session.flush()
    api.keep_words(Member, [member_id])
    path = f"/console/membership/members/{member_id}/"
    api.erase_traces(Member, member_id, imported_as="members", path=path)


def _blank(member: Member) -> Mapping[str, Any]:
    nothing = dict.fromkeys(
        (
            "phone",
            "phone_tail",
            "gender",
            "birth_year",
            "birth_month",
            "birth_day",
            "next_birthday_on",
            "consultant_id",
        )
    )
    empty = ("pinyin", "initials", "allergies", "notes", "frozen_reason", "level_reason")
    return {
        **nothing,
        **dict.fromkeys(empty, ""),
        "name": member.number,
        "birth_lunar": False,
        "birth_leap": False,
        "may_market": False,
        "gone_at": member.gone_at or api.now(),
        "erased_at": api.now(),
        "version": member.version + 1,
    }


def _forget_merges(ids: Sequence[int]) -> None:
    either = sa.or_(Merge.kept_id.in_(ids), Merge.gone_id.in_(ids))
    merges = sa.select(Merge.id).where(either)
    api.db.session.execute(sa.delete(MovedRow).where(MovedRow.merge_id.in_(merges)))
    api.db.session.execute(sa.update(Merge).where(either).values(before={}))


def _new(member_id: int, state: str, channel: str) -> Erasure:
    wish = Erasure(
        member_id=member_id,
        state=state,
        channel=channel,
        asked_at=api.now(),
        asked_name=api.actor().name,
    )
    api.db.session.add(wish)
    api.db.session.flush()
    return wish


def _lock(member_id: int) -> Member:
    wanted = sa.select(Member).where(Member.id == member_id).with_for_update(of=Member)
    member: Member | None = api.db.session.scalars(
        wanted.execution_options(populate_existing=True)
    ).first()
    if member is None or member.gone_at is not None:
        raise api.Conflict(_("This file was merged or erased meanwhile."))
    return member


def _key(member_id: int) -> str:
    return f"membership:erasure:{member_id}"


def _settle(member_id: int) -> None:
    api.settle_notice(_key(member_id))
