"""All contracts of a member, whoever made them: her cards' and her top-ups'."""

from __future__ import annotations

from console import api
from plugins.cashier.contracts import ContractNote, cashier_contracts


def all_contracts(member_id: int) -> list[ContractNote]:
    """Return the contracts of a member: those that want her signature first, then the latest."""
    answers = api.answers(cashier_contracts, member_id=member_id)
    found = (one for each in answers for one in each)
    return sorted(found, key=lambda one: (one.wanted, one.made_at), reverse=True)
