"""What other plugins may use of the ledger."""

from __future__ import annotations

from plugins.ledger.chart import (
    AGREEMENTS,
    BONUS,
    CNY,
    CODES,
    COUPON,
    POINTS,
    PRINCIPAL,
    SESSION,
    Name,
    held,
    platform,
    salon,
)
from plugins.ledger.models import Account, Journal, Leg, Lot, Payment, Standing, Use
from plugins.ledger.services.accounts import close_account, open_account, open_accounts
from plugins.ledger.services.allotting import Line
from plugins.ledger.services.coupons import issue_coupon, redeem_coupon
from plugins.ledger.services.entries import Draft, Entry, Move, Posted
from plugins.ledger.services.expiring import expire_gift, gifts_ending
from plugins.ledger.services.handing import (
    given_lots,
    given_since,
    hand_back,
    hand_over,
    hand_over_lots,
    handed_in,
)
from plugins.ledger.services.heirs import heir_of
from plugins.ledger.services.lots import LotState, lots_of
from plugins.ledger.services.opening import (
    Opened,
    OpenedCard,
    Opening,
    brought_value,
    members_who_used,
    members_with_business,
    open_balances,
    opened_cards,
    undo_opening,
)
from plugins.ledger.services.points import (
    earn_points,
    expire_points,
    spend_points,
    take_back_points,
)
from plugins.ledger.services.posting import book_day_of, post, post_many
from plugins.ledger.services.problems import (
    AccountClosed,
    AlreadyReversed,
    CouponHeld,
    FileMerged,
    Insufficient,
    KeyUsed,
    NotReversible,
    PaymentUsed,
    RefundTooBig,
    UsedMeanwhile,
)
from plugins.ledger.services.proving import Proof, fingerprint_of, prove_member
from plugins.ledger.services.refunding import (
    PaidBy,
    Payout,
    UsedUp,
    payments_of,
    refund_lots,
    uses_of,
)
from plugins.ledger.services.reversing import reverse, reverse_many
from plugins.ledger.services.seals import SealMark, find_seal, last_seal, short_seal
from plugins.ledger.services.selling import Tender, Terms, issue_lots
from plugins.ledger.services.spending import (
    Part,
    Spent,
    fen_behind,
    restore,
    spend,
    use_sessions,
)
from plugins.ledger.services.standings import (
    standing_amount,
    standing_column,
    standings,
    where_standing,
)
from plugins.ledger.services.withdrawing import Take, take_from, withdraw
from plugins.ledger.words import show_amount, show_kind

__all__ = [
    "AGREEMENTS",
    "BONUS",
    "CNY",
    "CODES",
    "COUPON",
    "POINTS",
    "PRINCIPAL",
    "SESSION",
    "Account",
    "AccountClosed",
    "AlreadyReversed",
    "CouponHeld",
    "Draft",
    "Entry",
    "FileMerged",
    "Insufficient",
    "Journal",
    "KeyUsed",
    "Leg",
    "Line",
    "Lot",
    "LotState",
    "Move",
    "Name",
    "NotReversible",
    "Opened",
    "OpenedCard",
    "Opening",
    "PaidBy",
    "Part",
    "Payment",
    "PaymentUsed",
    "Payout",
    "Posted",
    "Proof",
    "RefundTooBig",
    "SealMark",
    "Spent",
    "Standing",
    "Take",
    "Tender",
    "Terms",
    "Use",
    "UsedMeanwhile",
    "UsedUp",
    "book_day_of",
    "brought_value",
    "close_account",
    "earn_points",
    "expire_gift",
    "expire_points",
    "fen_behind",
    "find_seal",
    "fingerprint_of",
    "gifts_ending",
    "given_lots",
    "given_since",
    "hand_back",
    "hand_over",
    "hand_over_lots",
    "handed_in",
    "heir_of",
    "held",
    "issue_coupon",
    "issue_lots",
    "last_seal",
    "lots_of",
    "members_who_used",
    "members_with_business",
    "open_account",
    "open_accounts",
    "open_balances",
    "opened_cards",
    "payments_of",
    "platform",
    "post",
    "post_many",
    "prove_member",
    "redeem_coupon",
    "refund_lots",
    "restore",
    "reverse",
    "reverse_many",
    "salon",
    "short_seal",
    "show_amount",
    "show_kind",
    "spend",
    "spend_points",
    "standing_amount",
    "standing_column",
    "standings",
    "take_back_points",
    "take_from",
    "undo_opening",
    "use_sessions",
    "uses_of",
    "where_standing",
    "withdraw",
]
