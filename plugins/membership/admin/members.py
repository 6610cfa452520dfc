"""The member list and the member file."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from markupsafe import Markup

from console import api
from console.api import _
from plugins.membership.admin.acting import BulkActions
from plugins.membership.admin.adding import AddingPages, found_elsewhere
from plugins.membership.admin.birthday import BIRTHDAY
from plugins.membership.admin.columns import COLUMNS, FILTERS, draw_tags
from plugins.membership.admin.photos import PhotoPages, photos_of
from plugins.membership.models import Member
from plugins.membership.permissions import (
    ADD_MEMBERS,
    EDIT_MEMBERS,
    EXPORT_MEMBERS,
    IMPORT_MEMBERS,
    SEE_MEMBERS,
)
from plugins.membership.services.birthdays import show_birthday
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.filing import birthday_of, settle_file
from plugins.membership.services.timeline import timeline_of


class MemberAdmin(AddingPages, BulkActions, PhotoPages, api.ModelAdmin):
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

    def head(self, record: Any) -> Markup:
        birthday = birthday_of(record)
        return _draw(
            "membership/_head.html",
            member=record,
            phone=api.draw_masked(
                record.phone, "phone", model=Member, record_id=record.id, column="phone"
            ),
            tags=draw_tags(record.tags),
            birthday=show_birthday(birthday) if birthday else "",
            holdings=holdings_of(record.id),
        )

    def panels(self, record: Any) -> list[api.Panel]:
        holdings = holdings_of(record.id)
        found = [
            api.Panel(
                _("Timeline"),
                _draw("membership/_timeline.html", moments=timeline_of(record.id)),
                90,
            )
        ]
        if holdings.sessions:
            html = _draw("membership/_sessions.html", sessions=holdings.sessions)
            found.insert(0, api.Panel(_("Remaining services"), html, 10))
        photos = photos_of(record.id)
        if photos:
            html = _draw("membership/_photos.html", photos=photos, member=record)
            found.append(api.Panel(_("Photos"), html, 50))
        return found

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        return [
            api.RecordAction(
                _("Photos"),
                f"/console/membership/members/{record.id}/photos",
                SEE_MEMBERS,
                method="GET",
            )
        ]


def _draw(template: str, **values: Any) -> Markup:
    return Markup(render_template(template, **values))  # noqa: S704 - a template escapes
