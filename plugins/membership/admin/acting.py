"""What the member list does with many members at once; all of it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console import api
from console.api import _
from plugins.membership.models import Tag
from plugins.membership.permissions import EDIT_MEMBERS
from plugins.membership.services.assigning import set_consultants, set_home_stores
from plugins.membership.services.tagging import tag_members, untag_members
from plugins.salon.api import Staff

TAG = api.Asks(_("Tag"), target=Tag)
CONSULTANT = api.Asks(_("Consultant"), target=Staff, optional=True)
STORE = api.Asks(_("Home store"), target=api.Store)


class BulkActions:
    """The bulk actions of the member list."""

    @api.action(_("Add tag"), needs=EDIT_MEMBERS, asks=TAG, undo="undo_add_tag", in_chunks=True)
    def add_tag(self, ids: Sequence[int], tag_id: int) -> list[int]:
        """Give a tag to members; return those who did not carry it."""
        return tag_members(ids, tag_id)

    def undo_add_tag(self, before: Mapping[int, None], tag_id: int) -> None:
        """Take the tag from those who got it."""
        untag_members(list(before), tag_id)

    @api.action(
        _("Remove tag"), needs=EDIT_MEMBERS, asks=TAG, undo="undo_remove_tag", in_chunks=True
    )
    def remove_tag(self, ids: Sequence[int], tag_id: int) -> list[int]:
        """Take a tag from members; return those who carried it."""
        return untag_members(ids, tag_id)

    def undo_remove_tag(self, before: Mapping[int, None], tag_id: int) -> None:
        """Give the tag back to those who lost it."""
        tag_members(list(before), tag_id)

    @api.action(
        _("Set consultant"),
        needs=EDIT_MEMBERS,
        asks=CONSULTANT,
        undo="undo_set_consultant",
        in_chunks=True,
    )
    def set_consultant(
        self, ids: Sequence[int], consultant_id: int | None
    ) -> Mapping[int, int | None]:
        """Give members a consultant, or none; return whom they had."""
        return set_consultants(dict.fromkeys(ids, consultant_id))

    def undo_set_consultant(
        self, before: Mapping[int, int | None], _consultant_id: int | None
    ) -> None:
        """Give members back whom they had."""
        set_consultants(before)

    @api.action(
        _("Set home store"),
        needs=EDIT_MEMBERS,
        asks=STORE,
        undo="undo_set_home_store",
        in_chunks=True,
    )
    def set_home_store(self, ids: Sequence[int], store_id: int) -> Mapping[int, int | None]:
        """Give members a home store; return which they had."""
        return set_home_stores(dict.fromkeys(ids, store_id))

    def undo_set_home_store(self, before: Mapping[int, int | None], _store_id: int) -> None:
        """Give members back the home store that they had."""
        set_home_stores(before)
