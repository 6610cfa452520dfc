"""The tables of each report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.admin.across_tables import across_tables
from plugins.cashier.admin.tables import STORE, Head, Report, Table, store_names
from plugins.cashier.models import ORDER_KINDS
from plugins.cashier.permissions import SEE_FRAUD_SHEET
from plugins.cashier.services.reports.agreed import agreed, share_of
from plugins.cashier.services.reports.consumption import consumption
from plugins.cashier.services.reports.fraud import KINDS, oddities
from plugins.cashier.services.reports.net import net
from plugins.cashier.services.reports.oddity import Oddity
from plugins.cashier.services.reports.performance import performance
from plugins.cashier.services.reports.receipts import channel_of, channels, receipts
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.reports.unearned import DEPOSIT, UNITS, Roll, unearned
from plugins.ledger.api import AGREEMENTS, BONUS, CNY, CODES, SESSION

DAY = Head(_("Business day"), "day", sums=False)


def receipt_tables(span: Span) -> Sequence[Table]:
    """Money in, by day, store and kind of order, one column for each kind of payment."""
    found, names = receipts(span), store_names()
    columns = sorted(channels(found), key=lambda channel: not channel.online)
    kinds = {**dict(ORDER_KINDS), **CODES}
    sums: dict[tuple[dt.date, int, str], dict[str, int]] = {}
    for row in found:
        one = sums.setdefault((row.day, row.store_id, row.order_kind), {})
        one[channel_of(row)] = one.get(channel_of(row), 0) + row.fen
    online = [channel.key for channel in columns if channel.online]
    booked = [channel.key for channel in columns if not channel.online]
    heads = [DAY, STORE, Head(_("Kind of order"), "text", sums=False)]
    for keys, group, label in (
        (online, _("Online receipts"), _("Online, sum")),
        (booked, _("Booked receipts"), _("Booked, sum")),
    ):
        heads += [Head(each.title, group=group) for each in columns if each.key in keys]
        heads.append(Head(label, group=group))
    rows = [
        [
            day,
            names.get(store, ""),
            str(kinds.get(kind, kind)),
            *(one.get(key, 0) for key in online),
            sum(one.get(key, 0) for key in online),
            *(one.get(key, 0) for key in booked),
            sum(one.get(key, 0) for key in booked),
        ]
        for (day, store, kind), one in sorted(sums.items())
    ]
    note = _("Refunds are negative. Online receipts and booked receipts never stand in one sum.")
    return [Table("receipts", _("Receipts"), heads, rows, note=note)]


def net_tables(span: Span) -> Sequence[Table]:
    """What was due, what came off and how it was paid, with the check of the sums."""
    names = store_names()
    heads = [
        DAY,
        STORE,
        Head(_("Bills"), "count"),
        Head(_("List price")),
        Head(_("Discount")),
        Head(_("Due")),
        Head(_("Owing paid")),
        Head(_("Online receipts")),
        Head(_("Booked receipts")),
        Head(_("Balance")),
        Head(_("Booking deposits")),
        Head(_("Owing")),
        Head(_("Refunded online")),
        Head(_("Refunded, booked")),
        Head(_("Adds up"), "check", sums=False),
    ]
    rows = [
        [
            one.day,
            names.get(one.store_id, ""),
            one.bills,
            one.list_fen,
            one.discount_fen,
            one.due_fen,
            one.owed_before_fen,
            one.online_fen,
            one.booked_fen,
            one.balance_fen,
            one.deposit_fen,
            one.owing_fen,
            one.online_back_fen,
            one.booked_back_fen,
            one.gap_fen == 0,
        ]
        for one in net(span)
    ]
    note = _("Due + owing paid = online + booked + balance + deposits + owing, in each row.")
    return [Table("net", _("Net received"), heads, rows, note=note)]


def consumption_tables(span: Span) -> Sequence[Table]:
    """What was used up, by day, store and service, and by service."""
    names, found = store_names(), consumption(span)
    figures = [
        Head(_("Principal")),
        Head(_("Bonus")),
        Head(_("Session count"), "count"),
        Head(_("Free sessions"), "count"),
        Head(_("Income from balance")),
        Head(_("Income from sessions")),
    ]
    rows, sums = [], dict[str, list[int]]()
    for one in found:
        title = str(api.translate(one.title, one.names or {})) or api.gettext("Past the till")
        values = [
            one.principal_fen,
            one.bonus_fen,
            one.sessions,
            one.free_sessions,
            one.balance_income_fen,
            one.session_income_fen,
        ]
        rows.append([one.day, names.get(one.store_id, ""), title, *values])
        known = sums.setdefault(title, [0] * 6)
        sums[title] = [each + value for each, value in zip(known, values, strict=True)]
    what = Head(_("Service"), "text", sums=False)
    by_service = sorted(sums.items(), key=lambda item: -item[1][4] - item[1][5])
    return [
        Table(
            "by_service",
            _("By service"),
            [what, *figures],
            [[title, *values] for title, values in by_service],
            bars=5,
        ),
        Table("consumption", _("By day"), [DAY, STORE, what, *figures], rows),
        *_agreed_tables(span, names),
    ]


def _agreed_tables(span: Span, names: Mapping[int, str]) -> Sequence[Table]:
    """How members agreed to what was taken from them, by store; nothing without any."""
    found = agreed(span)
    if not found:
        return []
    ways = {**AGREEMENTS, "": _("not asked")}
    whole: dict[int, tuple[int, int]] = {}
    for one in found:
        count, fen = whole.get(one.store_id, (0, 0))
        whole[one.store_id] = (count + one.count, fen + one.fen)
    rows = [
        [
            names.get(one.store_id, ""),
            str(ways[one.way]),
            one.count,
            share_of(one.count, whole[one.store_id][0]),
            one.fen,
            share_of(one.fen, whole[one.store_id][1]),
            one.sessions,
        ]
        for one in found
    ]
    heads = [
        STORE,
        Head(_("How she agreed"), "text", sums=False),
        Head(_("Deductions"), "count"),
        Head(_("Share of the deductions"), "text", sums=False),
        Head(_("Taken from balances")),
        Head(_("Share of the money"), "text", sums=False),
        Head(_("Session count"), "count"),
    ]
    own = sum(one.count for one in found if one.by_herself)
    note = _(
        "Members agreed themselves, by code, PIN or signature, to %(share)s of the deductions.",
        share=share_of(own, sum(one.count for one in found)),
    )
    return [Table("agreed", _("How members agreed"), heads, rows, note=note)]


def unearned_tables(span: Span) -> Sequence[Table]:
    """Opening, what came and went, closing: for money, principal, bonus and each card."""
    rolls, names = unearned(span), store_names()
    found = []
    for unit, label in UNITS.items():
        kind: Any = "count" if unit == SESSION else "money"
        heads = [
            STORE,
            Head(_("What"), "text", sums=False),
            Head(_("Opening balance"), kind),
            Head(_("Brought along"), kind),
            Head(_("Newly sold") if unit != BONUS else _("Newly given"), kind),
            Head(_("Earned") if unit == CNY else _("Used up"), kind),
            Head(_("Refunded"), kind),
            Head(_("Adjusted"), kind),
            Head(_("Closing balance"), kind),
        ]
        rows = [_roll(roll, names) for roll in rolls if roll.unit == unit]
        found.append(Table(unit.strip(":").lower(), label, heads, rows))
    return found


def _roll(roll: Roll, names: Mapping[int, str]) -> list[Any]:
    store = names.get(roll.store_id or 0) or api.gettext("Brought from an earlier system")
    nameless = UNITS[DEPOSIT] if roll.unit == DEPOSIT else api.gettext("Balance")
    product = roll.product or str(nameless)
    moved = roll.moved
    return [
        store,
        product,
        roll.opening,
        moved["brought"],
        moved["sold"],
        moved["earned"],
        moved["refunded"],
        moved["adjusted"],
        roll.closing,
    ]


PERFORMED = (
    Head(_("Name"), "text", sums=False),
    STORE,
    Head(_("Services"), "count"),
    Head(_("Requested"), "count"),
    Head(_("Paid in money"), group=_("Performed")),
    Head(_("Paid from balance"), group=_("Performed")),
    Head(_("Session count"), "count", group=_("Performed")),
    Head(_("Worth of the sessions"), group=_("Performed")),
    Head(_("Performed, sum"), group=_("Performed")),
    Head(_("Member top-ups"), group=_("Sold by her")),
    Head(_("Cards"), group=_("Sold by her")),
    Head(_("Products"), group=_("Sold by her")),
    Head(_("Refunded")),
    Head(_("Under objection")),
)


def performance_tables(span: Span) -> Sequence[Table]:
    """What each person did and sold."""
    names = store_names()
    rows = [
        [
            one.name,
            names.get(one.store_id, ""),
            one.lines,
            one.named,
            one.money_fen,
            one.balance_fen,
            one.sessions,
            one.session_fen,
            one.served_fen,
            one.sold_top_ups_fen,
            one.sold_cards_fen,
            one.sold_products_fen,
            -one.refunded_fen,
            one.objected_fen,
        ]
        for one in performance(span)
    ]
    note = _(
        "The base of commissions; who shares a line gets her share of it. What members object to "
        "counts once they have an answer."
    )
    return [Table("performance", _("Performance"), PERFORMED, rows, note=note, bars=8)]


def fraud_tables(span: Span) -> Sequence[Table]:
    """What somebody should look at twice, by person and one by one."""
    names, found = store_names(), oddities(span)
    ids = {one.user_id for one in found if one.user_id}
    people = {
        row.id: row.name
        for row in api.db.session.execute(
            sa.select(api.User.id, api.User.name).where(api.User.id.in_(ids))
        )
    }
    heads = [
        Head(_("When"), "moment", sums=False),
        Head(_("What"), "text", sums=False),
        STORE,
        Head(_("By"), "text", sums=False),
        Head(_("Record"), "text", sums=False),
        Head(_("Amount"), sums=False),
        Head(_("Reason"), "text", sums=False),
    ]
    rows = [
        [
            one.at,
            str(KINDS[one.kind]),
            names.get(one.store_id or 0, ""),
            people.get(one.user_id or 0, "-"),
            one.what,
            one.fen,
            one.reason,
        ]
        for one in found
    ]
    return [
        _by_person(found, people),
        Table("oddities", _("One by one"), heads, rows, [one.url for one in found]),
    ]


def _by_person(found: Sequence[Oddity], people: Mapping[int, str]) -> Table:
    counted: dict[str, dict[str, int]] = {}
    for one in found:
        kinds = counted.setdefault(people.get(one.user_id or 0, "-"), dict.fromkeys(KINDS, 0))
        kinds[one.kind] += 1
    heads = [Head(_("Name"), "text", sums=False)]
    heads += [Head(label, "count") for label in KINDS.values()]
    rows = [[name, *kinds.values()] for name, kinds in sorted(counted.items())]
    return Table("people", _("By person"), heads, rows)


REPORTS = (
    Report("receipts", _("Receipts"), receipt_tables),
    Report("net", _("Net received"), net_tables),
    Report("consumption", _("Consumption"), consumption_tables),
    Report("unearned", _("Unearned revenue"), unearned_tables),
    Report("performance", _("Performance"), performance_tables),
    Report("across", _("Between stores"), across_tables),
    Report("fraud", _("Fraud sheet"), fraud_tables, needs=SEE_FRAUD_SHEET),
)
