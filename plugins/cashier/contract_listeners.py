"""What the till answers about contracts: those of top-ups, and where a member finds all of hers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.contracts import ContractNote
from plugins.cashier.models import TopUpContract
from plugins.cashier.permissions import SEE_BILLS
from plugins.cashier.services.all_contracts import all_contracts
from plugins.cashier.services.top_up_contracts import contracts_of, notes_of, sold_as
from plugins.membership.api import ExportPart, Member, Recharge, Tile, move_rows


@api.hookimpl
def cashier_contracts(member_id: int) -> Iterable[ContractNote]:
    """Name the contracts of a member's top-ups."""
    return notes_of(contracts_of(member_id))


@api.hookimpl
def console_record_panels(model: type[Any], record_id: int) -> Iterable[api.Panel]:
    """Show the contracts of a member on her file, and that of a top-up on its page."""
    if model not in (Member, Recharge) or api.find_record(model, record_id, SEE_BILLS) is None:
        return
    contracts = all_contracts(record_id) if model is Member else notes_of(sold_as(record_id))
    if contracts:
        yield api.Panel(_("Contracts"), drawing.draw("_contracts.html", contracts=contracts), 6)


@api.hookimpl
def membership_balance_acts(member_id: int) -> Iterable[Tile]:
    """Lead from her balance to her contracts, where she has some."""
    if contracts_of(member_id):
        yield Tile("contracts", _("My contracts"), "/cashier/contracts")


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Name her contracts in the copy of her data; their texts are on her phone."""
    rows = [
        {
            "made_at": each.made_at.isoformat(),
            "contract": each.title,
            "signed_at": each.signed_at and each.signed_at.isoformat(),
            "status": each.ended,
            "page": each.own_url,
        }
        for each in all_contracts(member_id)
    ]
    labels = {
        "made_at": _("When"),
        "contract": _("Contract"),
        "signed_at": _("Signed"),
        "status": _("Status"),
        "page": _("Link"),
    }
    yield ExportPart("contracts", _("Contracts"), rows, labels)


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the contracts of the gone file's top-ups to the kept one."""
    move_rows(TopUpContract.member_id, kept_id, gone_id)
