"""Replacing a lost card: a new number, for a fee or for nothing; the balance stays where it is."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.ledger.api import Entry, Move, Name, post, salon
from plugins.membership.models import Alias, Member
from plugins.membership.services.holding import record_act, unfreeze_value
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.numbers import take_numbers
from plugins.membership.services.regions import GROUP
from plugins.membership.services.timeline import note_history
from plugins.membership.services.value_messages import RENUMBERED, tell_of_value

FEE = api.Setting(
    "membership.card_fee_fen", _("Fee for a lost card"), 0, least=0, most=10_000, group=GROUP
)
FINDABLE = api.Setting(
    "membership.lost_number_finds",
    _("A lost card's number still finds the member"),
    False,
    help=_("Off: whoever found the card and shows it is told that there is no such member."),
    group=GROUP,
)


@api.unit
def replace_card(
    entry: Entry, member_id: int, lost: str, *, fee_fen: int = 0, paid_into: Name | None = None
) -> str:
    """Give a member a new number for the *lost* one and return it; her value is free again.

    The fee is revenue of the store and goes to the account *paid_into*; where there is a till, a
    bill takes it instead. A number that is no longer hers is refused, so that a form sent twice
    replaces once.
    """
    member = lock_member(member_id)
    old = member.number
    if lost != old:
        raise api.Conflict(
            _("This card was replaced already: her number is %(number)s.", number=old)
        )
    if fee_fen < 0:
        raise api.Refused(_("A fee cannot be below zero."))
    if fee_fen and paid_into is not None:
        post(entry, [Move(paid_into, salon("revenue", entry.store_id), fee_fen)])
    member.number = _new_number(member)
    member.version += 1
    if FINDABLE.get():
        api.db.session.merge(Alias(number=old, member_id=member.id))
    note_history(member.id, "renumbered", old=old, new=member.number)
    record_act(member, "membership.card_replaced", _("Replaced a lost card"), entry.note)
    unfreeze_value(member.id)
    tell_of_value(member, RENUMBERED, number=member.number)
    return member.number


def _new_number(member: Member) -> str:
    year = api.today(member.home_store.time_zone).year
    return take_numbers(year, 1)[0]
