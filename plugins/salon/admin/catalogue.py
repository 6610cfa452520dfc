"""The service catalogue and the price list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import render_template, request
from markupsafe import Markup
from wtforms import StringField
from wtforms.validators import Length

from console import api
from console.api import _
from plugins.salon.admin.pricing import PricingPages, read_minutes
from plugins.salon.models import Category, Service
from plugins.salon.permissions import EDIT_SERVICES, SEE_SERVICES
from plugins.salon.services.catalogue import (
    SegmentDraft,
    VariantDraft,
    minutes_of,
    plan_of,
    price_of,
    put_segments,
    put_variants,
    services_on_sale,
    show_price,
    show_price_range,
)

STRETCHES = {"work": _("Work"), "wait": _("Wait"), "cleanup": _("Clean-up")}


def _services(ids: Sequence[int]) -> Sequence[Service]:
    return api.db.session.scalars(sa.select(Service).where(Service.id.in_(ids))).all()


def _prices(ids: Sequence[int]) -> Mapping[int, str]:
    return {service.id: show_price_range(service) for service in _services(ids)}


def _minutes(ids: Sequence[int]) -> Mapping[int, str]:
    shown = {}
    for service in _services(ids):
        lengths = sorted({minutes_of(service, variant) for variant in service.variants})
        text = "–".join(str(length) for length in (lengths[0], lengths[-1])[: len(lengths)])  # noqa: RUF001
        shown[service.id] = text if lengths[-1:] != [0] else ""
    return shown


def _price_fields() -> Mapping[str, Any]:
    return {
        "price": StringField(
            api.gettext("Price"), [Length(max=20)], render_kw={"inputmode": "decimal"}
        ),
        "minutes": StringField(
            api.gettext("Minutes"), [Length(max=5)], render_kw={"inputmode": "numeric"}
        ),
    }


def _load_price(service: Service | None) -> Mapping[str, Any]:
    if service is None or not _is_plain(service):
        return {}
    fen = service.variants[0].price_fen
    yuan = "" if fen is None else f"{fen // 100}.{fen % 100:02}"
    return {"price": yuan, "minutes": str(service.segments[0].minutes)}


def _save_price(service: Service, entered: Mapping[str, Any]) -> None:
    price, minutes = (entered[key] or "" for key in ("price", "minutes"))
    if service.variants and not _is_plain(service):
        if price or minutes:
            raise api.Refused(
                _("This service has several prices or steps; change them on their own page.")
            )
        return
    kept = service.variants[0] if service.variants else None
    by_level = {row.level_id: row.price_fen for row in kept.level_prices} if kept else {}
    fen = api.parse_fen(price) if price else None
    if fen is not None and fen < 0:
        raise api.Refused(_("A price cannot be below zero."))
    draft = VariantDraft("", fen, id=kept.id if kept else None, level_prices=by_level)
    put_variants(service, [draft])
    put_segments(service, [SegmentDraft("work", read_minutes(minutes or "60"))])


def _is_plain(service: Service) -> bool:
    """Tell whether one price and one length say it all."""
    return (
        [variant.name for variant in service.variants] == [""]
        and len(service.segments) == 1
        and service.segments[0].skill_id is None
    )


class ServiceAdmin(PricingPages, api.ModelAdmin):
    """The services and add-ons that the salon sells."""

    subject, noun = Service, "services"
    title, singular = _("Services"), _("service")
    icon, group, order = "scissors", "salon", 40
    needs = {
        "view": SEE_SERVICES,
        "create": EDIT_SERVICES,
        "edit": EDIT_SERVICES,
        "export": EDIT_SERVICES,
    }
    list_columns = (
        "name",
        "category_id",
        api.Column("price", _("Price"), load=_prices),
        api.Column("minutes", _("Minutes"), load=_minutes),
        "skill_id",
        "extra",
        "stores",
        "on_sale",
    )
    default_sort = "name"
    filters = ("category_id", "extra", "pricing", "skill_id", "on_sale")
    search = ("name",)
    form = (
        api.FormSection(_("Service"), ("name", "names", "category_id", "pricing", "introduction")),
        api.FormSection(
            _("Price and time"),
            build=_price_fields,
            load=_load_price,
            save=_save_price,
            key="price",
        ),
        api.FormSection(
            _("What it needs"), ("skill_id", "room_kind_id", "device_kind_id", "cleanup_minutes")
        ),
        api.FormSection(_("On the price list"), ("extra", "add_ons", "stores", "place", "on_sale")),
    )
    inline_edit = ("on_sale",)

    page_actions = (
        {
            "label": _("Service categories"),
            "icon": "folder",
            "url": "/console/salon/categories/",
            "needs": SEE_SERVICES,
        },
    )

    def offered(self) -> sa.ColumnElement[bool] | None:
        """Pickers offer what is on sale."""
        return Service.on_sale.is_(True)

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        if any(not other.extra for other in record.add_ons):
            raise api.Refused(_("Only an add-on can go with another service."))
        if record.cleanup_minutes < 0:
            raise api.Refused(_("Minutes cannot be below zero."))

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        place = f"/console/salon/services/{record.id}/prices"
        return [api.RecordAction(_("Prices and times"), place, SEE_SERVICES, "GET")]

    def panels(self, record: Any) -> list[api.Panel]:
        html = render_template(
            "salon/_prices.html",
            service=record,
            plan=plan_of(record),
            labels=STRETCHES,
            minutes_of=minutes_of,
            price_of=price_of,
            show_price=show_price,
        )
        return [api.Panel(_("Prices and times"), Markup(html), 10)]  # noqa: S704 - it escapes


class CategoryAdmin(api.ModelAdmin):
    """The headings of the price list."""

    subject, noun = Category, "categories"
    title, singular = _("Service categories"), _("category")
    icon, group = "folder", None
    needs = {
        "view": SEE_SERVICES,
        "create": EDIT_SERVICES,
        "edit": EDIT_SERVICES,
        "delete": EDIT_SERVICES,
    }
    list_columns = ("name", "place")
    default_sort = "place"
    search = ("name",)
    form = ("name", "names", "place")
    inline_edit = ("place",)


class PriceList(api.AdminView):
    """The price list as guests read it, of one store or of the chain."""

    noun = "price-list"
    title = _("Price list")
    icon, group, order = "receipt", "salon", 50

    @api.page("/", needs=SEE_SERVICES)
    def show(self) -> Any:
        stores = api.visible_stores()
        chosen = request.args.get("store", "")
        store = next((store for store in stores if str(store.id) == chosen), None)
        services = services_on_sale(store.id if store is not None else None)
        categories: dict[Category, list[Service]] = {}
        for service in services:
            categories.setdefault(service.category, []).append(service)
        return api.render(
            "salon/price_list.html",
            view=self,
            stores=stores,
            store=store,
            categories=categories,
            minutes_of=minutes_of,
            price_of=price_of,
            show_price=show_price,
        )
