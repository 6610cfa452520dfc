"""The list of accounts, and the statement of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from console import api
from console.api import _
from plugins.ledger import words
from plugins.ledger.admin.drawing import draw
from plugins.ledger.chart import MEMBER
from plugins.ledger.models import Account
from plugins.ledger.permissions import EXPORT_BOOKS, SEE_BOOKS
from plugins.ledger.services.statements import SHOWN, balance_of, statement_of

ACCOUNT: Any = Account.__table__


def _rows(ids: Sequence[int]) -> Sequence[Any]:
    return api.db.session.execute(sa.select(ACCOUNT).where(ACCOUNT.c.id.in_(ids))).all()


def _owners(ids: Sequence[int]) -> Mapping[int, str]:
    rows, owners = _rows(ids), words.Owners()
    owners.learn(MEMBER, [row.owner_id for row in rows if row.owner == MEMBER])
    return {row.id: owners.show(row.owner, row.owner_id) for row in rows}


def _units(ids: Sequence[int]) -> Mapping[int, str]:
    return {row.id: words.show_unit(row.unit) for row in _rows(ids)}


def _balances(ids: Sequence[int]) -> Mapping[int, str]:
    return {row.id: words.show_amount(balance_of(row), row.unit) for row in _rows(ids)}


class AccountAdmin(api.ModelAdmin):
    """All accounts; their balances are sums of legs, so there is nothing to edit."""

    subject, noun = Account, "accounts"
    title = _("Accounts")
    icon, group, order = "book", "finance", 60
    needs = {"view": SEE_BOOKS, "export": EXPORT_BOOKS}
    list_columns = (
        "id",
        api.Column("whose", _("Belongs to"), load=_owners),
        "kind",
        api.Column("measured_in", _("Unit"), load=_units),
        api.Column("balance", _("Account balance"), load=_balances),
        "opened_at",
        api.Column("part", hidden=True),
        api.Column("closed", hidden=True),
    )
    default_sort = "-id"
    filters = ("kind", "owner", "owner_id", "unit", "closed", "opened_at")
    details = ("kind", "part", "bound", "opened_at", "closed")
    empty_hint = _("Accounts are opened by what happens: a top-up, a sale, an import.")

    def search_where(self, text: str) -> sa.ColumnElement[bool]:
        """Find the accounts of a member or store by its number, or lots by their key."""
        plain = text.strip()
        part: sa.ColumnElement[bool] = Account.part.startswith(plain, autoescape=True)
        if plain.isascii() and plain.isdecimal() and len(plain) < 18:
            return sa.or_(part, Account.owner_id == int(plain))
        return part

    def head(self, record: Any) -> Markup:
        return draw("_account.html", account=record, balance=balance_of(record))

    def panels(self, record: Any) -> list[api.Panel]:
        html = draw("_statement.html", account=record, entries=statement_of(record), shown=SHOWN)
        return [api.Panel(_("Legs"), html, 10)]
