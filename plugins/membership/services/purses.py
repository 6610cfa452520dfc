"""The stored-value cards of a member: the plain balance, and those with a discount or scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import Entry, Line, LotState, Name, Spent, lots_of, spend
from plugins.membership.models import Member, Purse, PurseKind
from plugins.membership.services.freezing import require_active
from plugins.membership.services.holding import require_free_value
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.purse_terms import Terms, named_rates, terms_of
from plugins.membership.services.value_messages import PAID, tell_of_value

#: The code of the plain balance, which everybody has.
MAIN = ""
#: How the code of a card begins that a top-up on the same bill will open.
NEW = "new:"


@dataclass(frozen=True)
class PurseState:
    """A stored-value card of a member with what is left on it.

    *code* is how the lots in the ledger name it; "" is the plain balance. *percent* is what is
    left of a price that is paid from it; some categories have their own in *rates*, by number,
    with their names, and products in *products_percent*.
    """

    code: str
    title: str
    number: str
    kind_id: int | None
    percent: int
    applies_to: str
    categories: frozenset[int]
    lots: tuple[LotState, ...]
    named: bool = True
    rates: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    products_percent: int | None = None
    with_coupons: bool = True
    for_cards: bool = True
    #: Whether its kind is still sold so: whoever bought it before keeps what was promised then.
    current: bool = True

    @property
    def principal_fen(self) -> int:
        """The principal that is left."""
        return sum(lot.paid_left for lot in self.lots)

    @property
    def bonus_fen(self) -> int:
        """The bonus that is left."""
        return sum(lot.gift_left for lot in self.lots)

    @property
    def balance_fen(self) -> int:
        """Principal and bonus together."""
        return self.principal_fen + self.bonus_fen

    def left_for(self, *scopes: str) -> int:
        """Return what may pay for something of the *scopes*, as bonus may be barred from them."""
        return sum(sum(lot.left_for(*scopes)) for lot in self.lots)

    @property
    def plain(self) -> bool:
        """Tell whether it pays for everything, without a discount of its own."""
        return not self.cheaper and self.pays_cards

    @property
    def pays_cards(self) -> bool:
        """Tell whether it pays for session cards and passes, at their own price."""
        return self.for_cards and self.applies_to == "all" and not self.categories

    @property
    def cheaper(self) -> bool:
        """Tell whether anything costs less that is paid from it."""
        own = (percent for _name, percent in self.rates.values())
        return min(self.percent, self.products_percent or 100, *own) < 100

    def percent_of(self, *, product: bool = False, category_id: int | None = None) -> int:
        """Return what is left of the price of a product, or of a service of a category."""
        if product:
            return self.products_percent or self.percent
        own = self.rates.get(category_id) if category_id is not None else None
        return own[1] if own is not None else self.percent

    def accepts(self, *, product: bool = False, category_id: int | None = None) -> bool:
        """Tell whether it pays for a product, or for a service of a category."""
        if self.applies_to != "all" and (self.applies_to == "products") is not product:
            return False
        return product or not self.categories or category_id in self.categories


def purses_of(member_id: int) -> list[PurseState]:
    """Return the stored-value cards of a member, in the order in which they are spent.

    The plain balance is always among them. Whoever pays a line chooses one that `accepts` it
    and takes its discount into the price.
    """
    return [*api.read_once(("membership.purses", member_id), lambda: _purses(member_id))]


def _purses(member_id: int) -> list[PurseState]:
    lots, cards = lots_of(member_id), _held(member_id)
    found = [_card(purse, lots) for purse in cards]
    known = {str(purse.id) for purse in cards}
    # What an import or an older version named otherwise is plain balance too.
    rest = tuple(lot for lot in lots if lot.purse not in known)
    plain = PurseState(MAIN, str(_("Balance")), "", None, 100, "all", frozenset(), rest)
    ranks = {str(purse.id): purse.kind.rank for purse in cards}
    return sorted([plain, *found], key=lambda one: (ranks.get(one.code, 0), one.code))


def cards_of(member_id: int) -> list[PurseState]:
    """Return the stored-value cards of a member beside the plain balance, without their lots."""
    return [_card(purse, ()) for purse in _held(member_id)]


_HELD = sa.select(Purse).where(Purse.member_id == sa.bindparam("member_id")).order_by(Purse.id)


def _held(member_id: int) -> Sequence[Purse]:
    asked = {"member_id": member_id}
    key = ("membership.held_purses", member_id)
    return api.read_once(key, lambda: api.db.session.scalars(_HELD, asked).all())


def _card(purse: Purse, lots: Sequence[LotState]) -> PurseState:
    own = tuple(lot for lot in lots if lot.purse == str(purse.id))
    return _state(purse.kind, str(purse.id), number_of(purse.id), own, purse.terms)


def _state(
    kind: PurseKind,
    code: str,
    number: str,
    lots: tuple[LotState, ...],
    promised: Terms | None = None,
) -> PurseState:
    now = terms_of(kind)
    terms = now if promised is None else promised
    return PurseState(
        code,
        kind.shown_name,
        number,
        kind.id,
        terms["percent"],
        terms["applies_to"],
        frozenset(terms["categories"]),
        lots,
        kind.named,
        named_rates(terms),
        terms["products_percent"],
        terms["with_coupons"],
        terms["for_cards"],
        terms == now,
    )


def card_to_open(kind_id: int) -> PurseState:
    """Return a stored-value card of a kind as a member will have it, under "new:" and the kind.

    `pay_from_balance` pays from it once a top-up has opened it.
    """
    kind = api.db.session.get_one(PurseKind, kind_id)
    return _state(kind, f"{NEW}{kind.id}", "", ())


def say_rates(purse: PurseState | PurseKind) -> list[str]:
    """Say what is left of prices that a card pays, for members and staff: its rates in words."""
    if isinstance(purse, PurseKind):
        purse = _state(purse, "", "", ())
    if not purse.cheaper:
        return []
    rate, found = api.gettext("%(what)s: %(percent)s %% of the price"), []
    for name, percent in purse.rates.values():
        found.append(rate % {"what": name, "percent": percent})
    if purse.products_percent and purse.applies_to != "services":
        told = {"what": api.gettext("Products"), "percent": purse.products_percent}
        found.append(rate % told)
    if found:
        found.append(rate % {"what": api.gettext("Everything else"), "percent": purse.percent})
    else:
        found.append(api.gettext("Pays %(percent)s%% of the price.", percent=purse.percent))
    if not purse.with_coupons:
        found.append(api.gettext("Not together with coupons."))
    return found


def opened_code(member_id: int, code: str) -> str:
    """Return the code of the card that a top-up opened meanwhile for "new:" and a kind."""
    if not code.startswith(NEW):
        return code
    kind = code.removeprefix(NEW)
    found = card_of_kind(member_id, int(kind))
    if not found:
        raise api.NotFound(_("There is no such stored-value card."))
    return found


def card_of_kind(member_id: int, kind_id: int) -> str:
    """Return the code of a member's card of a kind on the terms of today; "" without one."""
    own = (one for one in cards_of(member_id) if one.kind_id == kind_id and one.current)
    return next((one.code for one in own), MAIN)


def number_of(purse_id: int) -> str:
    """Return the number that stands on a stored-value card."""
    return f"V{purse_id:07}"


def find_purse(member_id: int, code: str) -> PurseState:
    """Return one stored-value card of a member; `NotFound` when it is not hers."""
    for purse in purses_of(member_id):
        if purse.code == code:
            return purse
    raise api.NotFound(_("There is no such stored-value card."))


def open_purse(member: Member, kind_id: int) -> str:
    """Return the code of a member's card of a kind, opening one; call it under her lock.

    A card that was bought on other terms keeps them: another one is opened beside it.
    """
    held = card_of_kind(member.id, kind_id)
    if held:
        return held
    kind = api.db.session.get(PurseKind, kind_id)
    if kind is None:
        raise api.NotFound(_("There is no such stored-value card."))
    today = api.today(member.home_store.time_zone)
    purse = Purse(member_id=member.id, kind_id=kind_id, opened_on=today, terms=terms_of(kind))
    api.db.session.add(purse)
    api.db.session.flush()
    return str(purse.id)


@api.unit
def pay_from_balance(
    entry: Entry,
    member_id: int,
    lines: Sequence[Line],
    purse: str | None = None,
    *,
    into: Name | None = None,
    beside: Sequence[Line] = (),
    tell: bool = True,
) -> Spent:
    """Pay lines from a member's stored value; refused while she or it is frozen.

    Without *purse* the plain balance pays, and cards that are as good; a card with a discount
    or a scope only when it is named. The money behind it becomes revenue, or goes *into* an
    account. What is paid *beside* the lines later is left what it needs. Whoever sends a receipt
    of its own says `tell=False`.
    """
    member = lock_member(member_id)
    require_active(member.id)
    require_free_value(member.id)
    codes = _codes(member.id, purse)
    spent = spend(entry, member.id, lines, purse=codes, into=into, beside=beside)
    if tell and spent.fresh:
        amount: Any = spent.paid + spent.gift
        key = f"membership.paid:{entry.key}"
        tell_of_value(member, PAID, key=key, store_id=entry.store_id, amount_fen=amount)
    return spent


def _codes(member_id: int, purse: str | None) -> list[str]:
    held = purses_of(member_id)
    if purse:
        if all(one.code != purse for one in held):
            raise api.NotFound(_("There is no such stored-value card."))
        return [purse]
    own = {lot.purse for one in held if one.code == MAIN for lot in one.lots}
    cards = {one.code for one in held if one.plain and one.code} if purse is None else set()
    return sorted({MAIN} | own | cards)
