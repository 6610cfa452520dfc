"""The ladder of levels, what each gives, and the gifts that wait for members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import redirect
from markupsafe import Markup
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.admin.drawing import draw
from plugins.membership.models import Benefit, Level, LevelChange, LevelGift, Member
from plugins.membership.permissions import EDIT_LEVELS, HAND_GIFTS, SEE_MEMBERS
from plugins.membership.services.gifts import hand_over_gift, say_gift
from plugins.membership.services.ladder import show_benefit
from plugins.membership.services.level_terms import check_everybody

HOME = "/console/membership/levels/"
CHIP = Markup('<span class="tag-chip tag-{colour}">{name}</span>')


def draw_level(level: Level) -> Markup:
    """Draw a level as a coloured chip."""
    return CHIP.format(colour=level.colour, name=level.shown_name)


def _holders(ids: Sequence[int]) -> Mapping[int, int]:
    rows = api.db.session.execute(
        sa.select(Member.level_id, sa.func.count())
        .where(Member.level_id.in_(ids))
        .group_by(Member.level_id)
    )
    found = dict.fromkeys(ids, 0)
    for level_id, count in rows:
        if level_id is not None:
            found[level_id] = count
    return found


def _given(ids: Sequence[int]) -> Mapping[int, str]:
    found: dict[int, list[str]] = {}
    rows = sa.select(Benefit).where(Benefit.level_id.in_(ids)).order_by(Benefit.id)
    for benefit in api.db.session.scalars(rows):
        found.setdefault(benefit.level_id, []).append(show_benefit(benefit))
    return {number: api.gettext(", ").join(texts) for number, texts in found.items()}


class LevelAdmin(api.ModelAdmin):
    """The ladder: in which order, how each level is reached, and for how long."""

    subject, noun = Level, "levels"
    title, singular = _("Member levels"), _("level")
    icon, group, order = "certificate", "members", 25
    needs = {
        "view": SEE_MEMBERS,
        "create": EDIT_LEVELS,
        "edit": EDIT_LEVELS,
        "delete": EDIT_LEVELS,
    }
    list_columns = (
        "place",
        "name",
        "threshold_fen",
        "basis",
        "term_days",
        api.Column("benefits", _("Benefits"), load=_given),
        api.Column("holders", _("Members"), load=_holders, kind="number"),
        api.Column("colour", hidden=True),
    )
    default_sort = "place"
    search = ("name",)
    form = (
        api.FormSection(_("Level"), ("name", "names", "place", "colour")),
        api.FormSection(_("How it is reached"), ("threshold_fen", "basis", "term_days"), columns=3),
    )
    inline_edit = ("place",)
    empty_hint = _("A level of ¥0.00 is everybody's; a level without a threshold is only given.")
    page_actions = (
        {
            "label": _("Check all levels"),
            "icon": "refresh",
            "url": f"{HOME}check",
            "needs": EDIT_LEVELS,
        },
    )

    @api.page("/check", needs=EDIT_LEVELS)
    def ask_check(self) -> Any:
        return api.render("membership/check_levels.html", view=self)

    @api.page("/check", needs=EDIT_LEVELS, methods=("POST",))
    def check(self) -> Response:
        _start_check()
        api.say_done(api.gettext("Every level is being checked."))
        return redirect(HOME)

    def panels(self, record: Any) -> list[api.Panel]:
        rows = sa.select(Benefit).where(Benefit.level_id == record.id).order_by(Benefit.id)
        html = draw(
            "_benefits.html",
            benefits=api.db.session.scalars(rows).all(),
            level=record,
            say=show_benefit,
            may_edit=EDIT_LEVELS.held(),
        )
        return [api.Panel(_("Benefits"), html, 10)]

    def after_save(self, record: Any, form: Any, *, created: bool) -> None:
        api.start_job(check_everybody)

    def before_delete(self, record: Any) -> None:
        if _holders([record.id])[record.id]:
            raise api.Refused(_("Members have this level. Give them another one first."))
        for model, column in (
            (LevelGift, LevelGift.level_id),
            (LevelChange, LevelChange.level_id),
            (LevelChange, LevelChange.old_level_id),
        ):
            if api.db.session.scalar(sa.select(model.id).where(column == record.id).limit(1)):
                raise api.Refused(_("Members had this level. It stays for their timelines."))
        api.db.session.execute(sa.delete(Benefit).where(Benefit.level_id == record.id))


@api.unit
def _start_check() -> None:
    api.start_job(check_everybody)


class BenefitAdmin(api.ModelAdmin):
    """What the levels give: discounts, gifts, more points, free items."""

    subject, noun = Benefit, "benefits"
    title, singular = _("Benefits"), _("benefit")
    icon, group = "gift", None
    needs = {
        "view": SEE_MEMBERS,
        "create": EDIT_LEVELS,
        "edit": EDIT_LEVELS,
        "delete": EDIT_LEVELS,
    }
    list_columns = ("level_id", "kind", "name", "percent", "points", "applies_to", "paid_by")
    default_sort = "id"
    filters = ("level_id", "kind")
    search = ("name",)
    form = (
        api.FormSection(_("Benefit"), ("level_id", "kind", "name", "names")),
        api.FormSection(
            _("Its value"), ("percent", "points", "applies_to", "paid_by", "adds_up"), columns=3
        ),
    )

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        check_benefit(record)


def check_benefit(benefit: Benefit) -> None:
    """Raise `Refused` for a benefit that says less, or more, than its kind can."""
    percent = benefit.percent
    if benefit.kind == "discount" and (percent is None or not 0 < percent < 100):
        raise api.Refused(_("A discount needs the percent of the price that is left, such as 88."))
    if benefit.kind == "points_multiple" and (percent is None or percent <= 100):
        raise api.Refused(_("A points multiple needs a percent above 100, such as 150."))
    if benefit.kind not in ("discount", "points_multiple"):
        benefit.percent = None
    if benefit.points < 0:
        raise api.Refused(_("Points cannot be below zero."))


def _gifts(ids: Sequence[int]) -> Mapping[int, str]:
    rows = sa.select(LevelGift).where(LevelGift.id.in_(ids))
    return {gift.id: say_gift(gift) for gift in api.db.session.scalars(rows)}


def _is_open(_operation: str, value: bool) -> sa.ColumnElement[bool]:
    return LevelGift.handed_at.is_(None) if value else LevelGift.handed_at.is_not(None)


class GiftAdmin(api.ModelAdmin):
    """The gifts of levels that members reached, and whether they have them."""

    subject, noun = LevelGift, "level_gifts"
    title, singular = _("Level gifts"), _("gift")
    icon, group, order = "gift", "members", 27
    menu_query = "?f.open.eq=1"
    needs = {"view": SEE_MEMBERS}
    list_columns = (
        "at",
        "member_id",
        "level_id",
        api.Column("gift", _("Gift"), load=_gifts),
        "handed_at",
        "handed_by",
    )
    default_sort = "-at"
    filters = (
        api.Filter("open", _("Waiting"), "bool", where=_is_open),
        "level_id",
        "at",
        "handed_at",
    )
    details = ("member_id", "level_id", "points", "at", "handed_at", "handed_by")
    empty_hint = _("Gifts appear here when members reach a level that brings one.")

    @api.action(_("Handed over"), needs=HAND_GIFTS)
    def hand_over(self, ids: Sequence[int]) -> Any:
        """Note that these gifts were handed over."""
        return api.ngettext("%(num)s gift handed over.", "%(num)s gifts handed over.", _hand(ids))


@api.unit
def _hand(ids: Sequence[int]) -> int:
    waiting = sa.select(LevelGift.id).where(LevelGift.id.in_(ids), LevelGift.handed_at.is_(None))
    found = api.db.session.scalars(waiting).all()
    for number in found:
        hand_over_gift(number)
    return len(found)
