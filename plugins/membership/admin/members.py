"""The member list and the member file."""

from __future__ import annotations

from typing import Any

from flask import request

from console import api
from console.api import _
from plugins.membership.admin.acting import BulkActions
from plugins.membership.admin.adding import AddingPages, found_elsewhere
from plugins.membership.admin.birthday import BIRTHDAY
from plugins.membership.admin.columns import COLUMNS, FILTERS
from plugins.membership.admin.id_documents import IdPages
from plugins.membership.admin.merging import MergingPages
from plugins.membership.admin.photos import PhotoPages
from plugins.membership.admin.privacy import PrivacyPages
from plugins.membership.admin.profile import ProfilePages, draw_profile
from plugins.membership.admin.recharging import RechargePages
from plugins.membership.admin.standing import StandingPages
from plugins.membership.admin.value import ValuePages
from plugins.membership.models import Member
from plugins.membership.permissions import (
    ADD_MEMBERS,
    EDIT_MEMBERS,
    EXPORT_MEMBERS,
    FREEZE_MEMBERS,
    IMPORT_MEMBERS,
    NOTE_IDS,
    SEE_MEMBERS,
    SELL_RECHARGES,
)
from plugins.membership.services.filing import settle_file


class MemberAdmin(
    AddingPages,
    BulkActions,
    IdPages,
    MergingPages,
    PhotoPages,
    PrivacyPages,
    ProfilePages,
    RechargePages,
    StandingPages,
    ValuePages,
    api.ModelAdmin,
):
    """The members of the chain."""

    subject, noun = Member, "members"
    title, singular = _("Member list"), _("member")
    icon, group, order = "user-circle", "members", 10
    needs = {
        "view": SEE_MEMBERS,
        "create": ADD_MEMBERS,
        "edit": EDIT_MEMBERS,
        "export": EXPORT_MEMBERS,
    }
    list_template = "membership/list.html"
    details_template = "membership/profile.html"
    list_columns = COLUMNS
    default_sort = "-joined_on"
    filters = FILTERS
    has_segments = True
    search = ("name", "phone", "number")
    form = (
        api.FormSection(
            _("Member"), ("name", "phone", "gender", "home_store_id", "consultant_id", "tags")
        ),
        BIRTHDAY,
        api.FormSection(_("To remember"), ("allergies", "notes")),
    )
    inline_edit = ("name",)
    details = (
        "number",
        "gender",
        "home_store_id",
        "stores",
        "consultant_id",
        "joined_on",
        "source",
        "source_store_id",
        "source_staff_id",
        "source_channel",
        "latest_source",
        "latest_at",
        "notes",
    )
    empty_hint = _("Add the first member, or take in the spreadsheet of your earlier system.")

    def describe(self) -> dict[str, Any]:
        return {
            **super().describe(),
            "elsewhere": found_elsewhere(request.args.get("q", "")),
            "may_import": IMPORT_MEMBERS.held(),
        }

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        settle_file(record)

    def head(self, record: Any) -> dict[str, Any]:
        return draw_profile(record)

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        where = f"/console/membership/members/{record.id}"
        top_up = api.RecordAction(_("Top up"), f"{where}/recharge", SELL_RECHARGES, method="GET")
        value = api.RecordAction(_("Stored value"), f"{where}/value", SEE_MEMBERS, method="GET")
        points = f"/console/membership/points/{record.id}"
        about = api.RecordAction(_("Points"), points, SEE_MEMBERS, method="GET")
        photos = api.RecordAction(_("Photos"), f"{where}/photos", SEE_MEMBERS, method="GET")
        noted = api.RecordAction(_("ID document"), f"{where}/id", NOTE_IDS, method="GET")
        if record.status == "frozen":
            thaw = api.RecordAction(_("Unfreeze"), f"{where}/unfreeze", FREEZE_MEMBERS)
            return [value, about, noted, photos, thaw]
        freeze = api.RecordAction(_("Freeze"), f"{where}/freeze", FREEZE_MEMBERS, method="GET")
        return [top_up, value, about, noted, photos, freeze]
