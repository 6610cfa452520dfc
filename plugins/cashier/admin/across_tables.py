"""The tables of what stores owe each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.api import _
from plugins.cashier.admin.tables import STORE, Head, Table, store_names
from plugins.cashier.services.reports.across import (
    BONUS_BY,
    balances,
    check_principal,
    crossings,
    due_to_headquarters,
)
from plugins.cashier.services.reports.spans import Span


def across_tables(span: Span) -> Sequence[Table]:
    """Who owes whom, what each store gets on balance, and what is due to headquarters."""
    names = store_names()
    pairs, with_bonus = crossings(span), BONUS_BY.get() == "issuer"
    heads = [
        Head(_("Sold in"), "text", sums=False),
        Head(_("Used or refunded in"), "text", sums=False),
        Head(_("Principal used")),
        Head(_("Bonus used")),
        Head(_("Session count"), "count"),
        Head(_("Worth of the sessions")),
        Head(_("Ended by refunds")),
        Head(_("Adjusted, transferred")),
        Head(_("Owes")),
    ]
    rows = [
        [
            names.get(pair.home_id, ""),
            names.get(pair.server_id, ""),
            pair.principal_fen,
            pair.bonus_fen,
            pair.sessions,
            pair.session_income_fen,
            pair.refunded_fen,
            pair.moved_fen,
            pair.owed_fen(with_bonus=with_bonus),
        ]
        for pair in pairs
    ]
    pairs_table = Table("pairs", _("Who owes whom"), heads, rows, note=_bonus_note())
    even = sorted(balances(pairs, with_bonus=with_bonus).items())
    gets = [STORE, Head(_("Gets (below zero: pays)"))]
    evened = [[names.get(store, ""), fen] for store, fen in even]
    return [
        pairs_table,
        Table("balances", _("On balance"), gets, evened),
        _headquarters(span, names),
        _checks(span, names),
    ]


def _headquarters(span: Span, names: Mapping[int, str]) -> Table:
    heads = [
        STORE,
        Head(_("Topped up, adjusted, less refunded")),
        Head(_("Principal used here")),
        Head(_("Pays (below zero: gets)")),
    ]
    rows = [
        [names.get(one.store_id, ""), one.topped_up_fen, one.used_fen, one.pays_fen]
        for one in due_to_headquarters(span)
    ]
    return Table("headquarters", _("When headquarters hold all stored value"), heads, rows)


def _checks(span: Span, names: Mapping[int, str]) -> Table:
    heads = [
        STORE,
        Head(_("Pays headquarters")),
        Head(_("Gets from other stores")),
        Head(_("Used of what no store sold")),
        Head(_("Growth of what it owes")),
        Head(_("Adds up"), "check", sums=False),
    ]
    rows = [
        [
            names.get(one.store_id, ""),
            one.pays_fen,
            one.gets_fen,
            one.outside_fen,
            one.grown_fen,
            one.gap_fen == 0,
        ]
        for one in check_principal(span)
    ]
    note = _(
        "Principal only: what a store pays headquarters, gets from the others and served from "
        "balances that no store sold comes to what is owed more for the balances that it sold, "
        "by the statement of unearned revenue."
    )
    return Table("checks", _("Do both ways agree"), heads, rows, note=note)


def _bonus_note() -> Any:
    if BONUS_BY.get() == "issuer":
        return _("The store that sold the card pays for the bonus, too.")
    return _("The store that serves the guest carries the bonus.")
