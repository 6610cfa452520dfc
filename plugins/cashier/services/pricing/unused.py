"""Why a benefit that was offered does not count: in words, for the cashier and the member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from console import api
from console.api import _
from plugins.cashier.priced import Draft, Unused
from plugins.cashier.services.pricing.book import Book, Group, Offered, all_of, clash, filled
from plugins.cashier.services.pricing.chain import Pick
from plugins.cashier.services.pricing.purses import Payable

BETTER = _("A better one counts: %(other)s")
BESIDE = _("It does not count together with: %(other)s")
CHOSEN = _("Another coupon was chosen.")
ONE_COUPON = _("One coupon counts on a bill; another takes more off.")
WITHOUT = _("No coupon was wanted.")
NOTHING_MORE = _("It would take nothing more off.")
NOTHING_LEFT = _("Nothing is left to take off.")
FROM_BALANCE = _("It counts for what is paid from balance: up to %(sum)s less.")


def find_unused(
    draft: Draft, book: Book, pick: Pick, lines: Sequence[Payable]
) -> tuple[Unused, ...]:
    """Return the benefits that do not count, each once for all lines where the same holds."""
    told = list(book.out)
    saves: dict[int, int] = {}
    coupon = book.coupons.get(pick.coupon, {})
    points = book.points if pick.points else {}
    for line in lines:
        number = line.priced.line.line_id
        beside = (("coupon", coupon), ("points", points))
        for one in book.prices.get(number, ()):
            if one not in line.priced.used:
                told.append((one, _why_not_price(one, line, beside)))
        for one in book.bound.get(number, ()):
            if one.key not in line.saved:
                why, some = _why_not_bound(one, line, beside)
                told.append((one, why))
                saves[id(one)] = some
    used = {one.key for line in lines for one in line.priced.used}
    for key, group in book.coupons.items():
        if key not in used:
            why = _why_not_coupon(draft, pick, used, group)
            told += [(one, why) for one in all_of(group)]
    for one in all_of(book.points):
        if one.key not in used:
            told.append((one, _beside(one, (("coupon", coupon),)) or api.freeze(NOTHING_MORE)))
    return _together(told, saves)


def _beside(one: Offered, groups: Iterable[tuple[str, Group]]) -> Mapping[str, Any] | None:
    for step, group in groups:
        if clash(one, step, group):
            return filled(BESIDE, other=group[one.line_id][0].told)
    return None


def _why_not_price(
    one: Offered, line: Payable, groups: Iterable[tuple[str, Group]]
) -> Mapping[str, Any]:
    excluded = _beside(one, groups)
    if excluded is not None:
        return excluded
    if not one.adjustment.adds_up:
        for other in line.priced.used:
            if other.step in ("member", "activity") and not other.adjustment.adds_up:
                return filled(BETTER, other=other.told)
    return api.freeze(NOTHING_LEFT)


def _why_not_bound(
    one: Offered, line: Payable, groups: Iterable[tuple[str, Group]]
) -> tuple[Mapping[str, Any], int]:
    """Say why a benefit for paying from balance does not count, and what it could take off."""
    excluded = _beside(one, groups)
    if excluded is not None:
        return excluded, 0
    if line.saved:
        return filled(BETTER, other=next(iter(line.saved.values()))[0].told), 0
    low, best = line.low(one.adjustment.purse)
    saves = line.due - low
    if best is one and saves and line.priced.line.spendable:
        return filled(FROM_BALANCE, sum=api.format_fen(saves)), saves
    if best is not None:
        return filled(BETTER, other=best.told), 0
    for other in line.priced.used:
        if other.step in ("member", "activity"):
            return filled(BETTER, other=other.told), 0
    return api.freeze(NOTHING_LEFT), 0


def _why_not_coupon(
    draft: Draft, pick: Pick, used: Iterable[str], group: Group
) -> Mapping[str, Any]:
    chosen = draft.choices.get("coupon")
    if chosen == "":
        return api.freeze(WITHOUT)
    if pick.coupon and pick.coupon in used:
        return api.freeze(ONE_COUPON if chosen is None else CHOSEN)
    return api.freeze(NOTHING_MORE)


def _together(
    told: Iterable[tuple[Offered, Mapping[str, Any]]], saves: Mapping[int, int]
) -> tuple[Unused, ...]:
    """Say what holds for several lines once, and of two sums that could be saved their sum."""
    found: dict[str, Unused] = {}
    for one, why in told:
        some = saves.get(id(one), 0)
        same = f"{one.step}/{one.key}/{why.get('message', why.get('text'))}"
        if not some:
            same += str(why)
        known = found.get(same)
        if known is not None:
            ids = tuple(sorted({*known.line_ids, one.line_id}))
            some += known.saves_fen
            if some:
                why = filled(FROM_BALANCE, sum=api.format_fen(some))
            found[same] = Unused(one.step, one.key, one.told, why, ids, some)
        else:
            found[same] = Unused(one.step, one.key, one.told, why, (one.line_id,), some)
    return tuple(found.values())
