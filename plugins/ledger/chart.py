"""The chart of accounts, as data: what kinds there are, in which units, with which limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from console import api
from console.api import _

Bound = Literal["credit", "debit", "none"]

#: Money in fen.
CNY = "CNY"
#: What a member may spend, in fen of face value; the salon owes the unearned revenue behind it.
PRINCIPAL = "PRINCIPAL"
BONUS = "BONUS"
POINTS = "POINTS"
COUPON = "COUPON"
#: Sessions of different cards are different units, named `SESSION:<card>`.
SESSION = "SESSION:"

#: The owner whose balances are kept as standings and chained by hash.
MEMBER = "member"
STORE = "store"
#: The owner of what belongs to no single store; its number is 0.
CHAIN = "chain"


@dataclass(frozen=True)
class Kind:
    """One kind of account.

    *bound* names the side whose total the other may never pass: "credit" forbids spending more
    than was received. *total* names a standing that sums several kinds of one member.
    """

    name: str
    label: Any
    unit: str
    bound: Bound
    normal: Literal["credit", "debit"]
    total: str = ""

    def accepts(self, unit: str) -> bool:
        """Tell whether an account of this kind may be kept in *unit*; "" accepts every unit."""
        return unit.startswith(self.unit) if self.unit.endswith(":") else self.unit in ("", unit)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        # What members hold and owe.
        Kind("principal", _("Principal"), PRINCIPAL, "credit", "credit", "balance"),
        Kind("bonus", _("Bonus"), BONUS, "credit", "credit", "balance"),
        Kind("sessions", _("Sessions"), SESSION, "credit", "credit", "all_sessions"),
        Kind("free_sessions", _("Free sessions"), SESSION, "credit", "credit", "all_sessions"),
        Kind("points", _("Points"), POINTS, "credit", "credit", "all_points"),
        Kind("points_debt", _("Points owing"), POINTS, "debit", "debit", "all_points"),
        Kind("coupon", _("Coupon"), COUPON, "credit", "credit"),
        Kind("owing", _("Owing"), CNY, "debit", "debit"),
        Kind("unearned", _("Unearned revenue"), CNY, "credit", "credit"),
        # Paid ahead for one visit: owed to her until it is set off, returned or kept.
        Kind("deposit", _("Booking deposit"), CNY, "credit", "credit"),
        # What entitlements are issued by and return to.
        Kind("issued", _("Issued"), "", "none", "debit"),
        Kind("opening", _("Opening balances"), "", "none", "debit"),
        # The salon's money.
        Kind("cash", _("Cash"), CNY, "none", "debit"),
        Kind("wechat", _("WeChat Pay"), CNY, "none", "debit"),
        Kind("bank", _("Bank"), CNY, "none", "debit"),
        Kind("receivable", _("Receivable"), CNY, "none", "debit"),
        Kind("revenue", _("Revenue"), CNY, "none", "credit"),
        Kind("fee", _("Payment fees"), CNY, "none", "debit"),
        Kind("over_short", _("Cash over or short"), CNY, "none", "debit"),
        Kind("interest", _("Interest paid"), CNY, "none", "debit"),
    )
}

#: Why a journal was posted; plugins that post add their own codes.
CODES: dict[str, Any] = {
    "opening": _("Opening balance"),
    "top_up": _("Top-up"),
    "card_sale": _("Card sale"),
    "sale": _("Sale"),
    "spend": _("Paid from balance"),
    "pay_card": _("Card paid from balance"),
    "card_back": _("Card refunded to the balance"),
    "use_session": _("Use a session"),
    "earn_points": _("Points earned"),
    "spend_points": _("Points spent"),
    "take_back_points": _("Points taken back"),
    "expire_points": _("Points expired"),
    "expire_bonus": _("Bonus expired"),
    "issue_coupon": _("Coupon issued"),
    "redeem_coupon": _("Redeem"),
    "refund": _("Refund"),
    "adjust": _("Adjustment"),
    "transfer": _("Transfer"),
    "reverse": _("Reversal"),
    "merge": _("Files merged"),
    "unmerge": _("Merge undone"),
    "cash_count": _("Cash counted"),
    "cash_move": _("Cash put in or taken out"),
    "platform_fee": _("Platform fee"),
    "channel_paid": _("Received from a channel"),
}

#: How a member agreed to what was taken from her.
AGREEMENTS: dict[str, Any] = {
    "code": _("code"),
    "pin": api.lazy_pgettext("member", "PIN"),
    "sms_code": _("SMS code"),
    "signature": _("signature"),
    "phone": _("on her phone"),
    "staff_only": _("staff only"),
}


class Name(NamedTuple):
    """The name of an account: whose, of what kind, in which unit; *part* tells lots apart."""

    owner: str
    owner_id: int
    kind: str
    unit: str
    part: str = ""


def held(kind: str, member_id: int, part: str = "", unit: str = "") -> Name:
    """Name an account of a member; the unit follows the kind unless it is kept in several."""
    return Name(MEMBER, member_id, kind, unit or KINDS[kind].unit, part)


def salon(kind: str, store_id: int | None = None, unit: str = CNY) -> Name:
    """Name an account of a store, or of the chain."""
    return Name(STORE, store_id, kind, unit) if store_id else Name(CHAIN, 0, kind, unit)


def platform(name: str) -> Name:
    """Name what a platform (meituan, douyin) owes for vouchers that were redeemed."""
    return Name(name, 0, "receivable", CNY)
