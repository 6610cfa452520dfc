"""What membership adds to the page of a member: duplicates, merges, consents, privacy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console import api
from console.api import _
from plugins.membership.admin.drawing import draw
from plugins.membership.hookspecs import ExportPart
from plugins.membership.models import Member
from plugins.membership.permissions import MERGE_MEMBERS, SEE_PRIVACY
from plugins.membership.services.consents import consents_of
from plugins.membership.services.contents import own_contents
from plugins.membership.services.copying import own_parts
from plugins.membership.services.merging import merges_into, why_not_undo

WHERE = "/console/membership/members"


@api.hookimpl
def console_record_panels(model: type[Any], record_id: int) -> Iterable[api.Panel]:
    """Show what a member agreed to, and which files went into hers."""
    if model is not Member:
        return
    if api.find_record(Member, record_id, SEE_PRIVACY) is not None:
        html = draw("_consents.html", consents=consents_of(record_id), number=record_id)
        yield api.Panel(_("Consents"), html, 60)
    merges = [(merge, why_not_undo(merge)) for merge in merges_into(record_id)]
    if merges:
        may_merge = api.find_record(Member, record_id, MERGE_MEMBERS) is not None
        yield api.Panel(
            _("Merged files"), draw("_merges.html", merges=merges, may_merge=may_merge), 65
        )


@api.hookimpl
def console_record_actions(model: type[Any], record_id: int) -> Iterable[api.RecordAction]:
    """Offer to look for other files of hers, and the privacy centre."""
    if model is not Member:
        return
    page = f"{WHERE}/{record_id}"
    yield api.RecordAction(_("Find duplicates"), f"{page}/duplicates", MERGE_MEMBERS, method="GET")
    yield api.RecordAction(_("Privacy"), f"{page}/privacy", SEE_PRIVACY, method="GET")


@api.hookimpl
def membership_merge_contents(member_id: int) -> Iterable[tuple[Any, str]]:
    """Say what membership and the ledger know of a file."""
    return list(own_contents(member_id))


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Return what membership and the ledger keep about a member."""
    return list(own_parts(member_id))
