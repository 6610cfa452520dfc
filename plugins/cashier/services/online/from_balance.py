"""Buying on the phone from balance: her tap is her word, and the bill is settled as at the till."""

from __future__ import annotations

from collections.abc import Mapping

from console import api
from console.api import _
from plugins.cashier.models import Bill
from plugins.cashier.offers import Tender
from plugins.cashier.services.ahead import pays_ahead
from plugins.cashier.services.asking import line_kind
from plugins.cashier.services.billing import lock_bill, open_bill
from plugins.cashier.services.cards_on_bill import CARDS
from plugins.cashier.services.confirm_asking import confirm_herself
from plugins.cashier.services.online.booking import put_line
from plugins.cashier.services.online.ordering import agree, describe_online, freeze, terms_online
from plugins.cashier.services.quoting import refresh
from plugins.cashier.services.settling import settle
from plugins.membership.api import Member, PurseState, purses_of, require_free_value, say_bars

BALANCE = "balance"


def balance_for(member_id: int, kind_key: str) -> int:
    """Return what a member may pay from balance on her phone for a kind of line, in face value."""
    member = api.db.session.get_one(Member, member_id)
    if not pays_ahead(line_kind(kind_key), member.home_store_id):
        return 0
    return sum(purse.left_for(CARDS) for purse in _paying(member_id))


@api.unit
def buy_from_balance(
    member_id: int, kind_key: str, form: Mapping[str, str], *, key: str, price_fen: int | None
) -> Bill:
    """Sell a member what her phone asks for, paid from her balance, and return the bill.

    The same *key* returns the bill of that time. `Conflict` when it no longer costs *price_fen*.
    Who has a PIN has typed it before.
    """
    member = api.db.session.get(Member, member_id, with_for_update=True)
    if member is None:
        raise api.NotFound(_("There is no such member."))
    bill = open_bill(member.home_store_id, key=f"phone:{key}", member_id=member_id)
    if bill.member_id != member_id:
        raise api.NotFound(_("There is no such payment."))
    bill = lock_bill(bill.id)
    if bill.state != "open":
        return bill
    kind = line_kind(kind_key)
    if not pays_ahead(kind, bill.store_id):
        raise api.Refused(_("This is not paid from balance."))
    require_free_value(member_id)
    told = describe_online(member_id, kind_key, form)
    if price_fen is not None and told.unit_fen != price_fen:
        fen = api.format_fen(told.unit_fen)
        raise api.Conflict(_("It costs %(fen)s now. Look at it again.", fen=fen))
    terms = terms_online(member_id, kind_key, told)
    if terms is not None:
        told = agree(terms, told, form)
    put_line(bill, 1, freeze(kind, told))
    refresh(bill)
    tenders = _tenders(member_id, told.unit_fen)
    confirm_herself(bill.id, tenders, key=key)
    settle(bill.id, tenders, key=f"phone:{key}:settled", agreed_by="phone", due_fen=told.unit_fen)
    return bill


def _tenders(member_id: int, fen: int) -> list[Tender]:
    """Return how her cards pay so much, in the order in which they are used."""
    found: dict[str | None, int] = {}
    for purse in _paying(member_id):
        # Cards that are as good as the plain balance are one with it.
        code = None if purse.plain else purse.code
        some = min(fen, purse.left_for(CARDS))
        if some:
            found[code] = found.get(code, 0) + some
            fen -= some
    if fen:
        missing = api.format_fen(fen)
        if barred_for(member_id):
            raise api.Refused(
                _(
                    "%(missing)s is missing on your balance: bonus does not pay for %(what)s.",
                    missing=missing,
                    what=say_bars([CARDS]),
                )
            )
        raise api.Refused(_("%(missing)s is missing on your balance.", missing=missing))
    return [Tender(BALANCE, some, purse=code) for code, some in found.items()]


def barred_for(member_id: int) -> int:
    """Return the bonus of a member that does not pay for session cards."""
    return sum(purse.balance_fen - purse.left_for(CARDS) for purse in _paying(member_id))


def say_barred(member_id: int, kind_key: str) -> str:
    """Say what of her bonus does not pay for a kind of line on her phone; "" for none."""
    member = api.db.session.get_one(Member, member_id)
    if not pays_ahead(line_kind(kind_key), member.home_store_id):
        return ""
    fen = barred_for(member_id)
    told = {"sum": api.format_fen(fen), "what": say_bars([CARDS])}
    return api.gettext("Bonus of %(sum)s does not pay for %(what)s.", **told) if fen else ""


def _paying(member_id: int) -> list[PurseState]:
    return [purse for purse in purses_of(member_id) if purse.pays_cards]
