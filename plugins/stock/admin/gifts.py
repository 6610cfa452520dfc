"""The gifts shelf, as the manager sets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.stock.models import Gift, Level, Pickup
from plugins.stock.permissions import EDIT_GIFTS, HAND_GIFTS
from plugins.stock.services.gifts import GIVEN_BACK


def _left(ids: Sequence[int]) -> Mapping[int, int]:
    rows = api.db.session.execute(
        sa.select(Gift.id, sa.func.sum(Level.on_hand))
        .join(Level, Level.product_id == Gift.product_id)
        .where(Gift.id.in_(ids), Level.on_hand > 0)
        .group_by(Gift.id)
    )
    return {**dict.fromkeys(ids, 0), **{number: int(left) for number, left in rows}}


def _taken(ids: Sequence[int]) -> Mapping[int, int]:
    rows = api.db.session.execute(
        sa.select(Pickup.gift_id, sa.func.count())
        .where(Pickup.gift_id.in_(ids), Pickup.state.not_in(GIVEN_BACK))
        .group_by(Pickup.gift_id)
    )
    return {**dict.fromkeys(ids, 0), **{number: int(count) for number, count in rows}}


class GiftAdmin(api.ModelAdmin):
    """What members get for points: a product, its points, its limit and its days."""

    subject, noun = Gift, "gifts"
    title, singular = _("Gifts shelf"), _("gift")
    icon, group, order = "gift", "shop", 60
    needs = {"view": HAND_GIFTS, "create": EDIT_GIFTS, "edit": EDIT_GIFTS, "export": EDIT_GIFTS}
    list_columns = (
        "product_id",
        "points",
        api.Column("left", _("In stock"), load=_left, kind="number"),
        api.Column("taken", _("Exchanged"), load=_taken, kind="number"),
        "per_member",
        "from_on",
        "until_on",
        "on_shelf",
    )
    default_sort = "place"
    filters = ("on_shelf", "from_on", "until_on", "points")
    form = (
        api.FormSection(_("Gift for points"), ("product_id", "points", "per_member")),
        api.FormSection(_("On the shelf"), ("from_on", "until_on", "place", "on_shelf")),
    )
    inline_edit = ("on_shelf",)
    empty_hint = _("Choose a product and say how many points it takes.")

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        if record.points is None or record.points < 1:
            raise api.Refused(_("A gift takes at least 1 point."))
        if record.per_member is not None and record.per_member < 1:
            raise api.Refused(_("Enter at least 1, or nothing."))
        if record.from_on and record.until_on and record.until_on < record.from_on:
            raise api.Refused(_("The last day lies before the first one."))
