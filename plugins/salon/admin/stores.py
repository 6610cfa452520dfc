"""Stores: profile, opening hours, special days and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup
from wtforms import DecimalField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from console import api
from console.api import _
from plugins.salon.admin.hours import HoursPages, show_special
from plugins.salon.admin.pictures import PicturePages
from plugins.salon.models import StoreProfile
from plugins.salon.models.stores import WEEKDAYS
from plugins.salon.permissions import ADD_STORES, EDIT_STORES, SEE_STORES
from plugins.salon.services import hours
from plugins.salon.services.profiles import pictures_of, profile_of, put_profile


def _address(model: Any) -> sa.ColumnElement[Any]:
    return (
        sa.select(StoreProfile.address).where(StoreProfile.store_id == model.id).scalar_subquery()
    )


def _hours_today(store_ids: Sequence[int]) -> Mapping[int, str]:
    stores = api.db.session.scalars(sa.select(api.Store).where(api.Store.id.in_(store_ids)))
    shown = {}
    for store in stores:
        today = api.today(store.time_zone)
        shown[store.id] = hours.show_spans(hours.spans_between(store.id, today, today)[today])
    return shown


def _profile_fields() -> Mapping[str, Any]:
    return {
        "address": StringField(api.gettext("Address"), [Length(max=200)]),
        "phone": StringField(api.gettext("Store phone"), [Length(max=40)]),
        "latitude": DecimalField(
            api.gettext("Latitude"),
            [Optional(), NumberRange(-90, 90)],
            places=6,
            description=api.gettext("Map point"),
        ),
        "longitude": DecimalField(
            api.gettext("Longitude"),
            [Optional(), NumberRange(-180, 180)],
            places=6,
            description=api.gettext("Map point"),
        ),
        "introduction": TextAreaField(api.gettext("Introduction"), [Length(max=2000)]),
    }


def _load_profile(store: api.Store | None) -> Mapping[str, Any]:
    profile = profile_of(store.id) if store is not None else None
    if profile is None:
        return {}
    return {key: getattr(profile, key) for key in _PROFILE}


def _save_profile(store: api.Store, entered: Mapping[str, Any]) -> None:
    point = (entered["latitude"], entered["longitude"])
    if (point[0] is None) != (point[1] is None):
        raise api.Refused(_("A map point needs both latitude and longitude."))
    put_profile(
        store.id,
        address=entered["address"] or "",
        phone=entered["phone"] or "",
        point=None if point[0] is None else (float(point[0]), float(point[1])),
        introduction=entered["introduction"] or "",
    )


_PROFILE = ("address", "phone", "latitude", "longitude", "introduction")


class StoreAdmin(HoursPages, PicturePages, api.ModelAdmin):
    """The stores of the chain."""

    subject, noun = api.Store, "stores"
    title, singular = _("Stores"), _("store")
    icon, group, order = "building-store", "salon", 10
    needs = {"view": SEE_STORES, "create": ADD_STORES, "edit": EDIT_STORES}
    list_columns = (
        "name",
        api.Column("address", _("Address"), expression=_address),
        api.Column("hours_today", _("Open today"), load=_hours_today),
        "closed",
    )
    default_sort = "name"
    filters = ("closed",)
    search = ("name",)
    form = (
        api.FormSection(_("Store"), ("name", "time_zone", "cut_off_minutes", "closed")),
        api.FormSection(
            _("Address and contact"),
            build=_profile_fields,
            load=_load_profile,
            save=_save_profile,
            key="profile",
        ),
    )

    def offered(self) -> sa.ColumnElement[bool] | None:
        """Pickers offer the stores that are in business."""
        return api.Store.closed.is_(False)

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        try:
            ZoneInfo(record.time_zone)
        except (KeyError, ValueError):
            raise api.Refused(_("There is no such time zone.")) from None
        if not 0 <= record.cut_off_minutes <= 12 * 60:
            raise api.Refused(_("The business day ends between 00:00 and 12:00."))

    def after_save(self, record: Any, form: Any, *, created: bool) -> None:
        api.raise_epoch()

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        place = f"/console/salon/stores/{record.id}"
        return [
            api.RecordAction(_("Opening hours"), f"{place}/hours", SEE_STORES, "GET"),
            api.RecordAction(_("Pictures"), f"{place}/pictures", SEE_STORES, "GET"),
        ]

    def panels(self, record: Any) -> list[api.Panel]:
        week = hours.week_of(record.id)
        html = render_template(
            "salon/_profile.html",
            store=record,
            profile=profile_of(record.id),
            days=[(label, hours.show_spans(week.get(day, []))) for day, label in WEEKDAYS],
            special=[
                show_special(day)
                for day in hours.special_days(record.id, api.today(record.time_zone))
            ],
            pictures=[p for p in pictures_of(record.id) if p.kind == "store"],
        )
        return [api.Panel(_("Profile"), Markup(html), 10)]  # noqa: S704 - it escapes
