"""What a member is told whenever something of her stored value changes."""

from __future__ import annotations

from typing import Any

from console import api
from console.api import _
from plugins.membership.models import Member
from plugins.membership.services.entitlements import holdings_of
from plugins.messages.api import MessageKind, send_message

BALANCE = "/membership/balance"
TOPPED_UP = MessageKind(
    "membership.topped_up",
    _("Top-up of %(amount)s"),
    _(
        "%(name)s, you topped up %(amount)s at %(store)s and got a bonus of %(bonus)s. "
        "Your balance is %(balance)s."
    ),
)
TOP_UP_UNDONE = MessageKind(
    "membership.top_up_undone",
    _("Top-up of %(amount)s undone"),
    _("%(name)s, your top-up of %(amount)s at %(store)s was undone. Your balance is %(balance)s."),
)
PAID = MessageKind(
    "membership.paid",
    _("Payment of %(amount)s"),
    _(
        "%(name)s, you paid %(amount)s from your balance at %(store)s; %(balance)s are left. "
        "Not you? Please tell us."
    ),
)
BONUS_ENDING = MessageKind(
    "membership.bonus_ending",
    _("Bonus of %(amount)s ends on %(day)s"),
    _(
        "%(name)s, bonus of %(amount)s on your balance at %(store)s ends on %(day)s. What you paid "
        "never ends. Your balance is %(balance)s."
    ),
    by_day=True,
)
BONUS_ENDED = MessageKind(
    "membership.bonus_ended",
    _("Bonus of %(amount)s has ended"),
    _(
        "%(name)s, bonus of %(amount)s at %(store)s has ended; what you paid is still there. Your "
        "balance is %(balance)s."
    ),
    by_day=True,
)
FROZEN = MessageKind(
    "membership.value_frozen",
    _("Your stored value is frozen"),
    _("%(name)s, nothing is paid from your stored value until it is unfrozen. It stays yours."),
)
UNFROZEN = MessageKind(
    "membership.value_unfrozen",
    _("Your stored value is no longer frozen"),
    _("%(name)s, you may pay from your stored value again. Your balance is %(balance)s."),
)
ADJUSTED = MessageKind(
    "membership.value_adjusted",
    _("Your balance was adjusted"),
    _(
        "%(name)s, your balance was adjusted at %(store)s: principal %(principal)s, bonus "
        "%(bonus)s. Reason: %(reason)s. Your balance is %(balance)s."
    ),
)
GIVEN = MessageKind(
    "membership.value_given",
    _("You transferred %(amount)s"),
    _(
        "%(name)s, you transferred %(amount)s to another member at %(store)s. Your balance is "
        "%(balance)s."
    ),
)
RECEIVED = MessageKind(
    "membership.value_received",
    _("You received %(amount)s"),
    _(
        "%(name)s, another member transferred %(amount)s to you at %(store)s. Your balance is "
        "%(balance)s."
    ),
)
RENUMBERED = MessageKind(
    "membership.renumbered",
    _("Your card has a new number"),
    _("%(name)s, your lost card was replaced. Your member number is %(number)s now."),
)
PIN_SET = MessageKind(
    "membership.pin_set",
    _("Your PIN was set"),
    _("%(name)s, a new PIN was set for your stored value. Not you? Please tell us."),
)


def tell_of_value(
    member: Member,
    kind: MessageKind,
    *,
    key: str | None = None,
    store_id: int | None = None,
    **facts: Any,
) -> None:
    """Tell a member of a change; money among *facts* (names ending in `_fen`) is written out."""
    api.db.session.flush()
    told = {
        name.removesuffix("_fen"): api.format_fen(value) if name.endswith("_fen") else value
        for name, value in facts.items()
    }
    store = api.db.session.get(api.Store, store_id or member.home_store_id)
    told["store"] = store.name if store is not None else ""
    told["balance"] = api.format_fen(holdings_of(member.id).balance_fen)
    send_message(
        member.id, kind, told, url=BALANCE, store_id=store_id or member.home_store_id, key=key
    )
