"""Tagging members; every change is kept in their timelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from console import api
from plugins.membership.models import MemberTag, Tag
from plugins.membership.services.timeline import note_histories, note_history


@api.unit
def tag_member(member_id: int, tag_id: int) -> bool:
    """Give a member a tag; False when she carries it already."""
    if api.db.session.get(MemberTag, (member_id, tag_id)) is not None:
        return False
    tag = api.db.session.get_one(Tag, tag_id)
    api.db.session.add(MemberTag(member_id=member_id, tag_id=tag_id, added_at=api.now()))
    note_history(member_id, "tagged", tag=tag.name)
    return True


@api.unit
def untag_member(member_id: int, tag_id: int) -> bool:
    """Take a tag from a member; False when she does not carry it."""
    carried = api.db.session.get(MemberTag, (member_id, tag_id))
    if carried is None:
        return False
    tag = api.db.session.get_one(Tag, tag_id)
    api.db.session.delete(carried)
    note_history(member_id, "untagged", tag=tag.name)
    return True


@api.unit
def tag_members(member_ids: Sequence[int], tag_id: int) -> list[int]:
    """Give a tag to many members; return those who did not carry it yet."""
    tag = api.db.session.get_one(Tag, tag_id)
    carrying = _carrying(member_ids, tag_id)
    new = [member_id for member_id in member_ids if member_id not in carrying]
    now = api.now()
    rows = [{"member_id": each, "tag_id": tag_id, "added_at": now} for each in new]
    if rows:
        api.db.session.execute(sa.insert(MemberTag), rows)
    note_histories(new, "tagged", tag=tag.name)
    return new


@api.unit
def untag_members(member_ids: Sequence[int], tag_id: int) -> list[int]:
    """Take a tag from many members; return those who carried it."""
    tag = api.db.session.get_one(Tag, tag_id)
    carrying = _carrying(member_ids, tag_id)
    carried = [member_id for member_id in member_ids if member_id in carrying]
    api.db.session.execute(
        sa.delete(MemberTag).where(MemberTag.tag_id == tag_id, MemberTag.member_id.in_(carried))
    )
    note_histories(carried, "untagged", tag=tag.name)
    return carried


def _carrying(member_ids: Sequence[int], tag_id: int) -> set[int]:
    wanted = sa.select(MemberTag.member_id).where(
        MemberTag.tag_id == tag_id, MemberTag.member_id.in_(member_ids)
    )
    return set(api.db.session.scalars(wanted))


@api.unit
def find_or_add_tags(names: Sequence[str]) -> Mapping[str, int]:
    """Return the tags of these names, added where there were none, as ids by name."""
    found = {tag.name: tag.id for tag in api.db.session.scalars(sa.select(Tag))}
    for name in dict.fromkeys(name.strip() for name in names):
        if name and name not in found:
            api.db.session.add(tag := Tag(name=name))
            api.db.session.flush()
            found[name] = tag.id
    return found


def tags_of(member_ids: Sequence[int]) -> dict[int, list[Tag]]:
    """Return the tags of many members with one query, by member."""
    rows = api.db.session.execute(
        sa.select(MemberTag.member_id, Tag)
        .join(Tag, Tag.id == MemberTag.tag_id)
        .where(MemberTag.member_id.in_(member_ids))
        .order_by(MemberTag.member_id, Tag.id)
    )
    found: dict[int, list[Tag]] = {}
    for member_id, tag in rows:
        found.setdefault(member_id, []).append(tag)
    return found
