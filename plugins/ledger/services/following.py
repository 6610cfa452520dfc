"""Following the chains of hashes along accounts, also where these changed hands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from plugins.ledger.chart import MEMBER, Name
from plugins.ledger.models import Account, Handover, Link
from plugins.ledger.services.chain import next_head
from plugins.ledger.services.reading import WholeJournal

ACCOUNT: Any = Account.__table__
HANDOVER: Any = Handover.__table__
LINK: Any = Link.__table__


class Chains:
    """The chains of all accounts, followed link by link; *report* is told what is broken.

    Of two journals written at the same time the later number may hold the earlier link; what
    comes too early waits for the link before it. With *only*, other accounts are passed over.
    """

    def __init__(
        self,
        connection: sa.Connection,
        report: Callable[[str], None],
        only: frozenset[int] | None = None,
    ) -> None:
        self._report, self._only = report, only
        self._heads: dict[int, tuple[int, bytes]] = {}
        self._waiting: dict[int, dict[int, tuple[Mapping[Any, Any], bytes, Name]]] = {}
        self._names: dict[int, Name] = {}
        #: For each account that changed hands: up to which link it had which part.
        self._parts: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._read_handovers(connection)

    def _read_handovers(self, connection: sa.Connection) -> None:
        same = sa.and_(
            LINK.c.account_id == HANDOVER.c.account_id, LINK.c.journal_id == HANDOVER.c.journal_id
        )
        rows = connection.execute(
            sa.select(
                HANDOVER.c.account_id,
                HANDOVER.c.from_part,
                LINK.c.number,
                *(ACCOUNT.c[field].label(f"{field}_") for field in Name._fields),
            )
            .join(LINK, same)
            .join(ACCOUNT, ACCOUNT.c.id == HANDOVER.c.account_id)
            .order_by(HANDOVER.c.id)
        )
        for account_id, from_part, number, *name in rows:
            self._parts[account_id].append((number, from_part))
            self._names[account_id] = Name(*name)

    def add(self, journal: WholeJournal, digest: bytes) -> None:
        """Follow the links of a journal: one for each account of a member that it touched."""
        names = {
            number: name
            for leg, debit, credit in journal.legs
            for number, name in ((leg["debit_id"], debit), (leg["credit_id"], credit))
            if name.owner == MEMBER
        }
        for handover in journal.handovers:
            number = handover["account_id"]
            if number in self._names:
                names[number] = self._names[number]
        links = {link["account_id"]: link for link in journal.links}
        if self._only is not None:
            names = {number: name for number, name in names.items() if number in self._only}
            links = {number: link for number, link in links.items() if number in self._only}
        for account_id in sorted(names.keys() ^ links.keys()):
            self._report(f"{account_id}@{journal.head['id']}")
        for account_id in sorted(names.keys() & links.keys()):
            link = links[account_id]
            waiting = self._waiting.setdefault(account_id, {})
            name = self._name_at(link, names[account_id])
            waiting[link["number"]] = (link, digest, name)
            self._follow(account_id, waiting)

    def close(self) -> None:
        """Name the links whose predecessor is missing."""
        for account_id, waiting in self._waiting.items():
            for link, *_rest in waiting.values():
                self._report(f"{account_id}@{link['journal_id']}")

    def _name_at(self, link: Mapping[Any, Any], name: Name) -> Name:
        """Return an account's name as it was when a link was written."""
        changes = self._parts.get(link["account_id"], ())
        part = next((part for number, part in changes if link["number"] < number), name.part)
        return name._replace(owner_id=link["owner_id"], part=part)

    def _follow(self, account_id: int, waiting: dict[int, Any]) -> None:
        number, before = self._heads.get(account_id, (0, b""))
        while number + 1 in waiting:
            number += 1
            link, digest, name = waiting.pop(number)
            if bytes(link["head"]) != next_head(before, digest, account_id, number, name):
                self._report(f"{account_id}@{link['journal_id']}")
            before = bytes(link["head"])
        self._heads[account_id] = (number, before)
        if not waiting:
            del self._waiting[account_id]
