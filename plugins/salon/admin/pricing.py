"""The page with a service's variants, prices by level, and the steps of its time."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request

from console import api
from console.api import _
from plugins.salon.admin.records import reach
from plugins.salon.models import Level, Service, Skill
from plugins.salon.models.catalogue import SEGMENT_KINDS
from plugins.salon.permissions import EDIT_SERVICES, SEE_SERVICES
from plugins.salon.services.catalogue import (
    SegmentDraft,
    VariantDraft,
    put_segments,
    put_variants,
)

#: How many empty lines stand below what is there.
SPARE_LINES = 3
MOST_LINES = 30
LANGUAGES = (("zh_Hant_TW", _("Traditional Chinese")), ("en", _("English")))
LOCALES = tuple(locale for locale, _label in LANGUAGES)


class PricingPages:
    """A page of the service view: what it costs and how its time runs."""

    @api.page("/<int:number>/prices", needs=SEE_SERVICES)
    def prices(self, number: int) -> Any:
        return self._show_prices(reach(Service, number, SEE_SERVICES))

    @api.page("/<int:number>/prices", needs=EDIT_SERVICES, methods=("POST",))
    def save_prices(self, number: int) -> Any:
        service = reach(Service, number, EDIT_SERVICES)
        try:
            _save(service, _levels())
        except api.Refused as refused:
            return self._show_prices(reach(Service, number, EDIT_SERVICES), problem=refused)
        flash(api.gettext("Prices and times saved."), "success")
        return redirect(f"/console/salon/services/{number}/prices")

    def _show_prices(self, service: Service, problem: api.Refused | None = None) -> Any:
        levels = _levels()
        page = api.render(
            "salon/prices.html",
            view=self,
            service=service,
            levels=levels,
            variants=_variant_lines(service, levels),
            segments=_segment_lines(service),
            kinds=SEGMENT_KINDS,
            skills=api.db.session.scalars(sa.select(Skill).order_by(Skill.name)).all(),
            languages=LANGUAGES,
            problem=problem,
            may_edit=EDIT_SERVICES.held(),
        )
        return (page, problem.status) if problem else page


def _levels() -> list[Level]:
    return list(api.db.session.scalars(sa.select(Level).order_by(Level.place, Level.id)))


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02}"


def _typed(fields: dict[str, str]) -> dict[str, str]:
    return {name: request.form.get(name, text) for name, text in fields.items()}


def _variant_lines(service: Service, levels: list[Level]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for place in range(len(service.variants) + SPARE_LINES):
        variant = service.variants[place] if place < len(service.variants) else None
        by_level = {row.level_id: row.price_fen for row in variant.level_prices} if variant else {}
        names = variant.names if variant else {}
        fields = {
            f"variant-{place}-id": str(variant.id) if variant else "",
            f"variant-{place}-name": variant.name if variant else "",
            f"variant-{place}-price": _yuan(variant.price_fen) if variant else "",
            f"variant-{place}-extra": str(variant.extra_minutes or "") if variant else "",
        }
        fields |= {f"variant-{place}-{each}": names.get(each, "") for each in LOCALES}
        fields |= {
            f"variant-{place}-level-{level.id}": _yuan(by_level.get(level.id)) for level in levels
        }
        lines.append({"place": place, "fields": _typed(fields)})
    return lines


def _segment_lines(service: Service) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for place in range(len(service.segments) + SPARE_LINES):
        segment = service.segments[place] if place < len(service.segments) else None
        fields = {
            f"segment-{place}-kind": segment.kind if segment else "work",
            f"segment-{place}-minutes": str(segment.minutes) if segment else "",
            f"segment-{place}-skill": str(segment.skill_id or "") if segment else "",
        }
        lines.append({"place": place, "fields": _typed(fields)})
    return lines


@api.unit
def _save(service: Service, levels: list[Level]) -> None:
    own = {variant.id for variant in service.variants}
    put_variants(service, _read_variants(levels, own))
    put_segments(service, _read_segments())
    api.record_audit("salon.prices_changed", service, title=_("Changed prices"))


def _read_variants(levels: list[Level], own: set[int]) -> list[VariantDraft]:
    drafts = []
    for place in range(MOST_LINES):
        name, price, extra, number = (
            request.form.get(f"variant-{place}-{key}", "").strip()
            for key in ("name", "price", "extra", "id")
        )
        if not (name or price or (number and place == 0)):
            continue
        by_level = {
            level.id: api.parse_fen(text)
            for level in levels
            if (text := request.form.get(f"variant-{place}-level-{level.id}", "").strip())
        }
        names = {
            each: text
            for each in LOCALES
            if (text := request.form.get(f"variant-{place}-{each}", "").strip())
        }
        drafts.append(
            VariantDraft(
                name[:60],
                api.parse_fen(price) if price else None,
                id=int(number) if number.isdecimal() and int(number) in own else None,
                names=names,
                extra_minutes=read_minutes(extra) if extra else 0,
                level_prices=by_level,
            )
        )
    if any(price < 0 for d in drafts for price in (d.price_fen or 0, *d.level_prices.values())):
        raise api.Refused(_("A price cannot be below zero."))
    return drafts


def _read_segments() -> list[SegmentDraft]:
    drafts = []
    skills = set(api.db.session.scalars(sa.select(Skill.id)))
    for place in range(MOST_LINES):
        kind, minutes, skill = (
            request.form.get(f"segment-{place}-{key}", "").strip()
            for key in ("kind", "minutes", "skill")
        )
        if not minutes:
            continue
        known = kind if kind in dict(SEGMENT_KINDS) else "work"
        skill_id = next((number for number in skills if str(number) == skill), None)
        drafts.append(SegmentDraft(known, read_minutes(minutes), skill_id))
    return drafts


def read_minutes(text: str) -> int:
    """Read a length in minutes; raises `Refused`."""
    if not text.isdecimal() or not text.isascii() or not 0 < int(text[:5]) <= 600:
        raise api.Refused(_("Enter minutes between 1 and 600."))
    return int(text)
