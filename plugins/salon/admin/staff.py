"""The staff file, technician levels and skills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup
from wtforms import FileField

from console import api
from console.api import _
from plugins.salon.admin.leaving import LeavingPages
from plugins.salon.admin.practice import PracticePages
from plugins.salon.models import Level, Skill, Staff
from plugins.salon.permissions import (
    EDIT_SERVICES,
    EDIT_STAFF,
    END_EMPLOYMENT,
    SEE_SERVICES,
    SEE_STAFF,
)
from plugins.salon.services.staffing import put_photo, settle_staff

HOME = "/console/salon"


def _photo_fields() -> Mapping[str, Any]:
    return {
        "photo": FileField(api.gettext("Photo"), render_kw={"accept": "image/*"}),
        "drop": api.SwitchField(api.gettext("Remove the photo")),
    }


def _save_photo(staff: Staff, entered: Mapping[str, Any]) -> None:
    sent = entered["photo"]
    if entered["drop"]:
        put_photo(staff, None, "")
    elif sent and getattr(sent, "filename", ""):
        put_photo(staff, sent.read(), sent.filename)


def _still_here(_operation: str, value: bool) -> sa.ColumnElement[bool]:
    return Staff.left_on.is_(None) if value else Staff.left_on.is_not(None)


class StaffAdmin(LeavingPages, PracticePages, api.ModelAdmin):
    """Everybody who works or worked for the chain."""

    subject, noun = Staff, "staff"
    title, singular = _("Staff"), _("staff member")
    icon, group, order = "users", "salon", 20
    needs = {
        "view": SEE_STAFF,
        "create": EDIT_STAFF,
        "edit": EDIT_STAFF,
        "export": EDIT_STAFF,
    }
    list_columns = (
        "name",
        "title",
        "level_id",
        "main_store_id",
        "stores",
        "skills",
        "phone",
        "shown",
        "joined_on",
        "left_on",
    )
    default_sort = "name"
    filters = (
        api.Filter("here", _("Works here"), "bool", where=_still_here),
        "main_store_id",
        "level_id",
        "shown",
        "joined_on",
        "left_on",
    )
    search = ("name", "title")
    form = (
        api.FormSection(_("Person"), ("name", "phone", "user_id", "joined_on")),
        api.FormSection(_("Employment"), ("main_store_id", "stores", "level_id", "skills")),
        api.FormSection(
            _("Profile for members"),
            ("title", "titles", "works_since", "strengths", "bio", "shown"),
        ),
        api.FormSection(_("Photo"), build=_photo_fields, save=_save_photo, key="photo"),
    )

    details = (
        "main_store_id",
        "stores",
        "level_id",
        "skills",
        "phone",
        "user_id",
        "joined_on",
        "left_on",
    )

    page_actions = (
        {
            "label": _("Technician levels"),
            "icon": "star",
            "url": f"{HOME}/levels/",
            "needs": SEE_SERVICES,
        },
        {
            "label": _("Skills"),
            "icon": "certificate",
            "url": f"{HOME}/skills/",
            "needs": SEE_SERVICES,
        },
    )

    def offered(self) -> sa.ColumnElement[bool] | None:
        """Pickers offer who has not left."""
        return Staff.left_on.is_(None)

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        settle_staff(record)

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        place = f"{HOME}/staff/{record.id}"
        found = [api.RecordAction(_("Services and times"), f"{place}/services", SEE_STAFF, "GET")]
        if record.left_on is None:
            leave = api.RecordAction(_("Let her leave"), f"{place}/leave", END_EMPLOYMENT, "GET")
            return [*found, replace(leave, danger=True)]
        back = api.RecordAction(_("Take back on"), f"{place}/take-back", END_EMPLOYMENT)
        return [*found, back]

    def panels(self, record: Any) -> list[api.Panel]:
        roles = api.roles_of(record.user_id) if record.user_id else []
        html = render_template("salon/_person.html", staff=record, roles=roles)
        return [api.Panel(_("Roles and profile"), Markup(html), 10)]  # noqa: S704 - it escapes


class LevelAdmin(api.ModelAdmin):
    """How experienced technicians are; prices may depend on it."""

    subject, noun = Level, "levels"
    title, singular = _("Technician levels"), _("technician level")
    icon, group = "star", None
    needs = {
        "view": SEE_SERVICES,
        "create": EDIT_SERVICES,
        "edit": EDIT_SERVICES,
        "delete": EDIT_SERVICES,
    }
    list_columns = ("name", "place")
    default_sort = "place"
    form = ("name", "names", "place")
    inline_edit = ("place",)


class SkillAdmin(api.ModelAdmin):
    """What only some of the staff can do."""

    subject, noun = Skill, "skills"
    title, singular = _("Skills"), _("skill")
    icon, group = "certificate", None
    needs = {
        "view": SEE_SERVICES,
        "create": EDIT_SERVICES,
        "edit": EDIT_SERVICES,
        "delete": EDIT_SERVICES,
    }
    list_columns = ("name",)
    default_sort = "name"
    form = ("name", "names")
