"""What other plugins may use of membership: members, how they join, and how to find them."""

from __future__ import annotations

from plugins.membership.counter import (
    Counter,
    FeeAsked,
    TopUpAsked,
    membership_find_counter,
)
from plugins.membership.hookspecs import (
    TILES,
    CardAsk,
    ExportPart,
    MovementNote,
    MovementOrder,
    ProfileFact,
    Tile,
    TimelineMoment,
    TimelinePlace,
    membership_balance_acts,
    membership_member_joined,
    membership_prepaid_accounts,
    membership_tiles,
)
from plugins.membership.models import (
    SOURCES,
    Alias,
    Benefit,
    KnownStore,
    Level,
    Member,
    PurseKind,
    Recharge,
    Tag,
)
from plugins.membership.models import Tier as RechargeTier
from plugins.membership.permissions import ADD_MEMBERS, SEE_MEMBERS
from plugins.membership.services.adjusting import ask_adjustment
from plugins.membership.services.agreeing import WAYS as AGREEING_WAYS
from plugins.membership.services.agreeing import prove, use_up
from plugins.membership.services.binding import Joined, join_by
from plugins.membership.services.birthdays import (
    Birthday,
    check_birthday,
    next_birthday,
    show_birthday,
)
from plugins.membership.services.consents import (
    consents_of,
    give_consent,
    has_consent,
    withdraw_consent,
)
from plugins.membership.services.exposure import exposure
from plugins.membership.services.filing import (
    birthday_of,
    change_phone,
    put_birthday,
    receive_member,
)
from plugins.membership.services.finding import (
    find_by_number,
    find_by_phone,
    find_exactly,
    phones_taken,
)
from plugins.membership.services.freezing import (
    active_name,
    freeze_member,
    require_active,
    unfreeze_member,
)
from plugins.membership.services.holding import (
    ValueFrozen,
    freeze_value,
    may_spend,
    require_free_value,
    unfreeze_value,
)
from plugins.membership.services.id_documents import (
    IdMissing,
    TransferOnly,
    by_bank,
    lacks_id,
    require_id,
    require_transfer,
    transfer_rule,
)
from plugins.membership.services.identities import (
    bind_identity,
    find_by_identity,
    unbind_identity,
)
from plugins.membership.services.joining import (
    NewMember,
    PhoneTaken,
    Touch,
    add_member,
    add_members,
    touch_member,
)
from plugins.membership.services.ladder import (
    HeldLevel,
    Progress,
    all_levels,
    benefits_of,
    best_percent,
    level_of,
    progress_of,
    show_benefit,
)
from plugins.membership.services.levelling import (
    add_growth,
    buy_level,
    restore_growth,
    set_level,
    take_back_growth,
    take_back_level,
)
from plugins.membership.services.member_codes import (
    at_unused_minute,
    code_used_at,
    code_was_used,
    keep_shown,
    read_code,
    show_code,
    use_code,
    use_shown,
    voided_since,
)
from plugins.membership.services.merging import (
    kept_file_of,
    merge_members,
    undo_merge,
    were_merged,
)
from plugins.membership.services.moments import older_than
from plugins.membership.services.moving import move_rows
from plugins.membership.services.offers import (
    AboveCap,
    OfferGone,
    RechargeQuote,
    offers_for,
    quote_recharge,
    read_quote,
)
from plugins.membership.services.owing import show_owing
from plugins.membership.services.phones import normalise_phone
from plugins.membership.services.pins import WrongPin, check_member_pin, has_pin, set_member_pin
from plugins.membership.services.points.moving import (
    earn_for,
    earned_by,
    give_back_for,
    points_spent,
    take_back_for,
)
from plugins.membership.services.points.rules import points_for, points_rate, points_to_pay
from plugins.membership.services.points.tasks import award_task
from plugins.membership.services.points.telling import beside_points, points_of, tell_of_points
from plugins.membership.services.promises import (
    promises_of,
    say_card,
    say_split,
    say_what_it_pays,
)
from plugins.membership.services.purses import (
    PurseState,
    card_to_open,
    opened_code,
    pay_from_balance,
    purses_of,
)
from plugins.membership.services.purses import cards_of as value_cards_of
from plugins.membership.services.recharging import (
    bonus_bars,
    find_recharge,
    say_bars,
    sell_recharge,
    undo_recharge,
)
from plugins.membership.services.refunded import count_refund
from plugins.membership.services.regions import caps_bind
from plugins.membership.services.regions import figures as legal_figures
from plugins.membership.services.replacing import replace_card
from plugins.membership.services.tagging import find_or_add_tags, tag_member, untag_member
from plugins.membership.services.telling import locale_of
from plugins.membership.services.timeline import note_history
from plugins.membership.services.transferring import transfer_value
from plugins.membership.services.visits import last_visit_on, last_visits, say_days_ago

__all__ = [
    "ADD_MEMBERS",
    "AGREEING_WAYS",
    "SEE_MEMBERS",
    "SOURCES",
    "TILES",
    "AboveCap",
    "Alias",
    "Benefit",
    "Birthday",
    "CardAsk",
    "Counter",
    "ExportPart",
    "FeeAsked",
    "HeldLevel",
    "IdMissing",
    "Joined",
    "KnownStore",
    "Level",
    "Member",
    "MovementNote",
    "MovementOrder",
    "NewMember",
    "OfferGone",
    "PhoneTaken",
    "ProfileFact",
    "Progress",
    "PurseKind",
    "PurseState",
    "Recharge",
    "RechargeQuote",
    "RechargeTier",
    "Tag",
    "Tile",
    "TimelineMoment",
    "TimelinePlace",
    "TopUpAsked",
    "Touch",
    "TransferOnly",
    "ValueFrozen",
    "WrongPin",
    "active_name",
    "add_growth",
    "add_member",
    "add_members",
    "all_levels",
    "ask_adjustment",
    "at_unused_minute",
    "award_task",
    "benefits_of",
    "beside_points",
    "best_percent",
    "bind_identity",
    "birthday_of",
    "bonus_bars",
    "buy_level",
    "by_bank",
    "caps_bind",
    "card_to_open",
    "change_phone",
    "check_birthday",
    "check_member_pin",
    "code_used_at",
    "code_was_used",
    "consents_of",
    "count_refund",
    "earn_for",
    "earned_by",
    "exposure",
    "find_by_identity",
    "find_by_number",
    "find_by_phone",
    "find_exactly",
    "find_or_add_tags",
    "find_recharge",
    "freeze_member",
    "freeze_value",
    "give_back_for",
    "give_consent",
    "has_consent",
    "has_pin",
    "join_by",
    "keep_shown",
    "kept_file_of",
    "lacks_id",
    "last_visit_on",
    "last_visits",
    "legal_figures",
    "level_of",
    "locale_of",
    "may_spend",
    "membership_balance_acts",
    "membership_find_counter",
    "membership_member_joined",
    "membership_prepaid_accounts",
    "membership_tiles",
    "merge_members",
    "move_rows",
    "next_birthday",
    "normalise_phone",
    "note_history",
    "offers_for",
    "older_than",
    "opened_code",
    "pay_from_balance",
    "phones_taken",
    "points_for",
    "points_of",
    "points_rate",
    "points_spent",
    "points_to_pay",
    "progress_of",
    "promises_of",
    "prove",
    "purses_of",
    "put_birthday",
    "quote_recharge",
    "read_code",
    "read_quote",
    "receive_member",
    "replace_card",
    "require_active",
    "require_free_value",
    "require_id",
    "require_transfer",
    "restore_growth",
    "say_bars",
    "say_card",
    "say_days_ago",
    "say_split",
    "say_what_it_pays",
    "sell_recharge",
    "set_level",
    "set_member_pin",
    "show_benefit",
    "show_birthday",
    "show_code",
    "show_owing",
    "tag_member",
    "take_back_for",
    "take_back_growth",
    "take_back_level",
    "tell_of_points",
    "touch_member",
    "transfer_rule",
    "transfer_value",
    "unbind_identity",
    "undo_merge",
    "undo_recharge",
    "unfreeze_member",
    "unfreeze_value",
    "untag_member",
    "use_code",
    "use_shown",
    "use_up",
    "value_cards_of",
    "voided_since",
    "were_merged",
    "withdraw_consent",
]
