"""The tags that members can carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import MemberTag, Tag
from plugins.membership.permissions import EDIT_TAGS, SEE_MEMBERS


def _carriers(ids: Sequence[int]) -> Mapping[int, int]:
    rows = api.db.session.execute(
        sa.select(MemberTag.tag_id, sa.func.count())
        .where(MemberTag.tag_id.in_(ids))
        .group_by(MemberTag.tag_id)
    )
    found = dict.fromkeys(ids, 0)
    for tag_id, count in rows:
        found[tag_id] = count
    return found


class TagAdmin(api.ModelAdmin):
    """The tags of the chain."""

    subject, noun = Tag, "tags"
    title, singular = _("Tags"), _("tag")
    icon, group, order = "tags", "members", 30
    needs = {"view": SEE_MEMBERS, "create": EDIT_TAGS, "edit": EDIT_TAGS, "delete": EDIT_TAGS}
    list_columns = (
        "name",
        "colour",
        api.Column("carriers", _("Members"), load=_carriers, kind="number"),
    )
    default_sort = "name"
    search = ("name",)
    form = ("name", "names", "colour")
    inline_edit = ("colour",)

    def before_delete(self, record: Any) -> None:
        if _carriers([record.id])[record.id]:
            raise api.Refused(_("Members carry this tag. Take it from them first."))
