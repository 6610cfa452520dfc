"""Top-up offers, kinds of stored-value cards, the top-ups that were sold, and what is owed."""

from __future__ import annotations

from typing import Any

from console import api
from console.api import _
from plugins.membership.admin.purse_rates import RATES, rates_of
from plugins.membership.models import PurseKind, Recharge, Tier
from plugins.membership.permissions import EDIT_OFFERS, SEE_EXPOSURE, SEE_MEMBERS
from plugins.membership.services.exposure import ceilings, exposure
from plugins.membership.services.regions import (
    CITY,
    LEGAL_FORM,
    NATIONAL,
    figures,
    has_own_pack,
    name_of,
)

EDITED = {
    "view": SEE_MEMBERS,
    "create": EDIT_OFFERS,
    "edit": EDIT_OFFERS,
}


class TierAdmin(api.ModelAdmin):
    """What members get for topping up: bonus, points, a level, a gift."""

    subject, noun = Tier, "offers"
    title, singular = _("Top-up offers"), _("top-up offer")
    icon, group, order = "wallet", "members", 28
    needs = EDITED
    list_columns = (
        "name",
        "amount_fen",
        "bonus_fen",
        api.Column("bonus_days", hidden=True),
        api.Column("bonus_months", hidden=True),
        "points",
        "level_id",
        "gift",
        "purse_kind_id",
        "first_only",
        "from_on",
        "until_on",
        "on_sale",
    )
    default_sort = "amount_fen"
    filters = ("on_sale", "first_only", "level_id")
    search = ("name",)
    form = (
        api.FormSection(_("Top-up offer"), ("name", "names", "amount_fen", "on_sale")),
        api.FormSection(
            _("What comes with it"),
            (
                "bonus_fen",
                "bonus_days",
                "bonus_months",
                "points",
                "level_id",
                "gift",
                "purse_kind_id",
            ),
            columns=3,
        ),
        api.FormSection(
            _("Who may take it, and when"),
            ("first_only", "most", "from_on", "until_on", "stores"),
            columns=3,
        ),
    )
    empty_hint = _("Without an offer members top up any amount, without a bonus.")

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        if record.amount_fen <= 0:
            raise api.Refused(_("Enter an amount above zero."))
        if record.bonus_fen < 0 or record.points < 0:
            raise api.Refused(_("Bonus and points cannot be below zero."))
        if min(record.bonus_days or 1, record.bonus_months or 1) < 1:
            raise api.Refused(_("Leave it empty, or let the bonus last a day at least."))
        if record.most is not None and record.most < 1:
            raise api.Refused(_("Leave it empty, or let her take it once at least."))
        if record.from_on and record.until_on and record.until_on < record.from_on:
            raise api.Refused(_("The last day lies before the first."))


class PurseKindAdmin(api.ModelAdmin):
    """Kinds of stored-value cards with a discount of their own, or for some services only."""

    subject, noun = PurseKind, "purse_kinds"
    title, singular = _("Stored-value cards"), _("stored-value card")
    icon, group, order = "credit-card", "members", 29
    needs = EDITED
    list_columns = (
        "name",
        api.Column("rates", _("Percent of the price"), load=rates_of),
        "applies_to",
        "categories",
        "rank",
        "named",
        "on_sale",
        api.Column("with_coupons", hidden=True),
        api.Column("for_cards", hidden=True),
        api.Column("percent", hidden=True),
        api.Column("products_percent", hidden=True),
    )
    default_sort = "rank"
    search = ("name",)
    form = (
        api.FormSection(_("Stored-value card"), ("name", "names", "on_sale", "named")),
        api.FormSection(
            _("What it pays for"), ("applies_to", "categories", "for_cards", "rank"), columns=3
        ),
        api.FormSection(
            _("Percent of the price"), ("percent", "products_percent", "with_coupons"), columns=3
        ),
        RATES,
    )
    empty_hint = _("Everybody has a plain balance. A card of its own has a discount or a scope.")

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        for percent in (record.percent, record.products_percent):
            if percent is not None and not 1 <= percent <= 100:
                raise api.Refused(_("A percent of the price lies between 1 and 100."))


class RechargeAdmin(api.ModelAdmin):
    """The top-ups that were sold, with the offers as they were."""

    subject, noun = Recharge, "recharges"
    title, singular = _("Top-ups"), _("top-up")
    icon, group, order = "receipt", "members", 26
    needs = {"view": SEE_MEMBERS, "export": SEE_EXPOSURE}
    list_columns = (
        "at",
        "member_id",
        "store_id",
        "amount_fen",
        "bonus_fen",
        "tier_id",
        "by",
        "over_cap_note",
        "undone_at",
    )
    default_sort = "-at"
    filters = ("at", "store_id", "tier_id", "amount_fen", "undone_at")
    details = (*list_columns, "points", "gift")
    empty_hint = _("Top-ups appear here when they are sold.")


class ExposureView(api.AdminView):
    """What the salon owes its members: by store, by age, and against the ceilings."""

    noun = "exposure"
    title = _("Prepaid exposure")
    icon, group, order = "scale", "finance", 40

    @api.page("/", needs=SEE_EXPOSURE)
    def index(self) -> Any:
        """Show what is owed for lots that were sold in the stores within reach."""
        stores = SEE_EXPOSURE.stores()
        found = exposure(stores, today=api.today("Asia/Shanghai"))
        return api.render(
            "membership/exposure.html",
            view=self,
            found=found,
            whole=stores is None,
            names={store.id: store.name for store in api.visible_stores()},
            warnings=ceilings(found.total) if stores is None else [],
        )

    @api.page("/rules", needs=SEE_EXPOSURE)
    def rules(self) -> Any:
        """Show the figures of the rules that hold here, each with its source."""
        return api.render(
            "membership/value_rules.html",
            view=self,
            figures=list(figures().values()),
            own=has_own_pack(),
            region=name_of(CITY.get()) if has_own_pack() else name_of(NATIONAL),
            name_of=name_of,
            form=dict(LEGAL_FORM.options())[LEGAL_FORM.get()],
            binds=LEGAL_FORM.get() == "company",
        )
