"""Merging two files of one person into one, and undoing it within seven days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import Entry, hand_back, hand_over
from plugins.membership.hookspecs import (
    membership_check_merge,
    membership_member_merged,
    membership_member_merging,
    membership_member_unmerging,
)
from plugins.membership.models import Alias, Erasure, Member, Merge
from plugins.membership.models.privacy import AGREED, WAITING
from plugins.membership.services.consents import settle_marketing
from plugins.membership.services.facts import BINDING, columns_of, joined_facts, put_columns
from plugins.membership.services.finding import phones_taken
from plugins.membership.services.moving import (
    move_back,
    move_belongings,
    running_merge,
    write_plain,
)
from plugins.membership.services.rebinding import bind_again, choose_binding
from plugins.membership.services.timeline import note_history

#: So long a merge can be undone.
UNDO = dt.timedelta(days=7)


@api.unit
def merge_members(
    kept_id: int,
    gone_id: int,
    choices: Mapping[str, str] | None = None,
    versions: tuple[int, int] | None = None,
) -> Merge:
    """Let one file go into another: accounts, history and all that belongs to it.

    *choices* say "kept" or "gone" for facts on which they differ, *versions* are those that
    the person saw. Repeatable: a merge that stands is returned. Raises `Conflict` when a file
    was changed, merged or erased meanwhile, and `Refused` when somebody objects.
    """
    kept, gone = lock_files(kept_id, gone_id)
    if gone.merged_into_id == kept_id:
        return running_merge(kept_id, gone_id)
    _check(kept, gone, versions)
    chosen = choices or {}
    merge = Merge(
        kept_id=kept_id,
        gone_id=gone_id,
        merged_at=api.now(),
        user_id=api.actor().user_id,
        user_name=api.actor().name,
        before={"kept": columns_of(kept), "gone": columns_of(gone)},
    )
    api.db.session.add(merge)
    api.db.session.flush()
    _let_go(kept, gone, merge, joined_facts(kept, gone, chosen))
    choose_binding(merge, chosen.get(BINDING, "kept"))
    move_belongings(kept_id, gone_id)
    _add_aliases(kept, gone, merge)
    posted = hand_over(
        Entry(key=f"membership:merge:{merge.id}", code="merge", ref=f"merge:{merge.id}"),
        gone_id,
        kept_id,
    )
    merge.journal_id = posted.journal_id if posted else None
    api.answers(membership_member_merging, kept_id=kept_id, gone_id=gone_id)
    settle_marketing(kept_id)
    _tell(kept, gone, "merged", _("Merged two files"))
    api.emit(membership_member_merged, kept_id=kept_id, gone_id=gone_id)
    return merge


@api.unit
def undo_merge(merge_id: int) -> Merge:
    """Take a merge apart: everything goes back to where it was.

    What happened since stays with the kept member. Repeatable; raises `Refused` when seven
    days have passed, or when the kept file itself went into another.
    """
    merge = api.db.session.get(Merge, merge_id)
    if merge is None:
        raise api.NotFound(_("There is no such merge."))
    kept, gone = lock_files(merge.kept_id, merge.gone_id)
    api.db.session.refresh(merge)
    if merge.undone_at is not None:
        return merge
    objection = why_not_undo(merge)
    if objection is not None:
        raise api.Refused(objection)
    entry = Entry(key=f"membership:unmerge:{merge.id}", code="unmerge", ref=f"merge:{merge.id}")
    hand_back(entry, gone.id, merge.journal_id)
    api.answers(membership_member_unmerging, kept_id=kept.id, gone_id=gone.id)
    _take_aliases(merge)
    move_back(merge)
    _put_apart(kept, gone, merge)
    merge.undone_at, merge.undone_by = api.now(), api.actor().name
    for member_id in (kept.id, gone.id):
        settle_marketing(member_id)
    _tell(kept, gone, "unmerged", _("Undid a merge"))
    return merge


def why_not_undo(merge: Merge) -> Any:
    """Say why a merge cannot be undone any more; None when it can."""
    if merge.undone_at is not None:
        return _("This merge was undone before.")
    kept = api.db.session.get_one(Member, merge.kept_id)
    if kept.erased_at is not None:
        return _("This member was erased since.")
    if kept.merged_into_id is not None:
        return _("This file itself went into another one since; undo that merge first.")
    if api.now() > merge.merged_at + UNDO:
        return _("A merge can be undone for seven days; these are over.")
    return None


def merges_into(kept_id: int) -> Sequence[Merge]:
    """Return the merges of other files into a file, the latest first."""
    rows = sa.select(Merge).where(Merge.kept_id == kept_id).order_by(Merge.id.desc()).limit(20)
    return api.db.session.scalars(rows).all()


def were_merged(one: Any, other: Any) -> Any:
    """Return the condition that of two files one went into the other, even if that was undone."""
    return sa.exists().where(
        sa.or_(
            sa.and_(Merge.kept_id == one, Merge.gone_id == other),
            sa.and_(Merge.kept_id == other, Merge.gone_id == one),
        )
    )


def kept_file_of(member_id: int) -> int:
    """Return the number of the file that a file went into at last; its own if it is here."""
    step = sa.select(Member.merged_into_id)
    while (into := api.db.session.scalar(step.where(Member.id == member_id))) is not None:
        member_id = into
    return member_id


def lock_files(first_id: int, second_id: int) -> tuple[Member, Member]:
    """Return two files, locked until the unit ends in the one order that everybody keeps."""
    if first_id == second_id:
        raise api.Refused(_("A file cannot be merged with itself."))
    wanted = sa.select(Member).where(Member.id.in_((first_id, second_id))).order_by(Member.id)
    locked = wanted.with_for_update(of=Member).execution_options(populate_existing=True)
    found = {member.id: member for member in api.db.session.scalars(locked)}
    if len(found) < 2:
        raise api.NotFound(_("There is no such member."))
    return found[first_id], found[second_id]


def _check(kept: Member, gone: Member, versions: tuple[int, int] | None) -> None:
    if kept.gone_at is not None or gone.gone_at is not None:
        raise api.Conflict(_("One of these files was merged or erased meanwhile."))
    if versions is not None and versions != (kept.version, gone.version):
        raise api.Conflict(
            _("One of these files was changed meanwhile. Look at both of them once more.")
        )
    open_wish = sa.select(Erasure.id).where(
        Erasure.member_id.in_((kept.id, gone.id)), Erasure.state.in_((WAITING, AGREED))
    )
    if api.db.session.scalar(open_wish.limit(1)) is not None:
        raise api.Refused(_("One of these files is about to be erased."))
    objections = api.answers(membership_check_merge, kept_id=kept.id, gone_id=gone.id)
    if objections:
        raise api.Refused(objections[0])


def _let_go(kept: Member, gone: Member, merge: Merge, facts: Mapping[str, Any]) -> None:
    """Take the gone file out of sight and complete the kept one; a phone is one member's."""
    phones = {phone for phone in (kept.phone, gone.phone) if phone}
    gone.phone = gone.phone_tail = None
    gone.gone_at, gone.merged_into_id = api.now(), kept.id
    gone.version += 1
    api.db.session.flush()
    for column, value in facts.items():
        setattr(kept, column, value)
    kept.version += 1
    api.db.session.flush()
    api.keep_words(Member, [kept.id, gone.id])
    told = {column: write_plain(value) for column, value in facts.items()}
    spare = sorted(phones - {kept.phone})
    merge.before = {**merge.before, "after": told, "spare_phones": spare}


def _add_aliases(kept: Member, gone: Member, merge: Merge) -> None:
    """Let the numbers and phones of the gone file find the kept one."""
    wanted = [gone.number, *merge.before.get("spare_phones", ())]
    new = [number for number in wanted if api.db.session.get(Alias, (number, kept.id)) is None]
    api.db.session.add_all(Alias(number=number, member_id=kept.id) for number in new)
    merge.before = {**merge.before, "aliases": new}
    api.db.session.flush()


def _take_aliases(merge: Merge) -> None:
    for number in merge.before.get("aliases", ()):
        alias = api.db.session.get(Alias, (number, merge.kept_id))
        if alias is not None:
            api.db.session.delete(alias)
    api.db.session.flush()


def _put_apart(kept: Member, gone: Member, merge: Merge) -> None:
    """Let both say what they said before, except for what was changed since."""
    before, after = merge.before["kept"], merge.before.get("after", {})
    back = {
        column: before[column]
        for column, value in after.items()
        if write_plain(getattr(kept, column)) == value
    }
    hers = dict(merge.before["gone"])
    put_columns(kept, back)
    kept.version += 1
    api.db.session.flush()
    if hers["phone"] and hers["phone"] in phones_taken([hers["phone"]]):
        hers |= {"phone": None, "phone_tail": None}
    put_columns(gone, hers)
    gone.gone_at = gone.merged_into_id = None
    gone.version += 1
    api.db.session.flush()
    api.keep_words(Member, [kept.id, gone.id])
    bind_again(merge)
    for member in (kept, gone):
        api.db.session.expire(member, ["tags", "stores"])


def _tell(kept: Member, gone: Member, act: str, title: object) -> None:
    note_history(kept.id, act, number=gone.number)
    note_history(gone.id, act, number=kept.number)
    for member, other in ((kept, gone), (gone, kept)):
        api.record_audit(
            f"membership.{act}",
            member,
            after={"number": other.number},
            store_id=member.home_store_id,
            title=title,
        )
