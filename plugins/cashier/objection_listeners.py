"""What objections answer and do when something happens elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Arrival, Confirmation, Objection, Signature
from plugins.cashier.services.arrivals import arrival_clock, standing_of
from plugins.cashier.services.confirm_asking import page_of, questions_to
from plugins.cashier.services.confirming import CONFIRM
from plugins.cashier.services.objecting import notes_on
from plugins.cashier.services.signing import drop_signatures
from plugins.membership.api import CardAsk, ExportPart, MovementNote, move_rows


@api.hookimpl
def membership_movement_notes(member_id: int, journal_ids: Sequence[int]) -> Iterable[MovementNote]:
    """Let her object to what was taken from her, and show what became of it."""
    return list(notes_on(member_id, journal_ids))


@api.hookimpl
def membership_card_asks(member_id: int) -> Sequence[CardAsk] | None:
    """Say that she was scanned on arrival; ask her to confirm what is taken, where wanted."""
    here = [CardAsk(_here(one)) for one in standing_of(member_id)]
    stores = (store.id for store in api.db.session.scalars(sa.select(api.Store)))
    if all(CONFIRM.get(number) == "off" for number in stores):
        return here or None
    return here + [
        CardAsk(
            api.gettext("Confirm %(amount)s", amount=api.format_fen(one.value_fen)), page_of(one)
        )
        for one in questions_to(member_id)
    ]


def _here(arrival: Arrival) -> str:
    store = api.db.session.get_one(api.Store, arrival.store_id)
    return api.gettext(
        "You are at %(store)s: your code was scanned at %(time)s and is your consent for this "
        "visit.",
        store=store.name,
        time=arrival_clock(arrival),
    )


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give what the gone file agreed to, objected to and signed to the kept one."""
    for model in (Arrival, Confirmation, Objection, Signature):
        move_rows(model.member_id, kept_id, gone_id)


@api.hookimpl
def membership_member_erasing(member_id: int) -> None:
    """Forget what she said and how she signs; that she did, and when, stays for the books."""
    said = sa.update(Objection).where(Objection.member_id == member_id)
    api.db.session.execute(said.values(text="", answer=""))
    drop_signatures(member_id)


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Return what a member objected to, and what she was answered."""
    wanted = sa.select(Objection).where(Objection.member_id == member_id).order_by(Objection.id)
    rows: list[dict[str, Any]] = [
        {
            "at": one.at.isoformat(),
            "what": api.thaw(one.title),
            "text": one.text,
            "answer": one.answer,
            "fingerprint": one.digest,
        }
        for one in api.db.session.scalars(wanted)
    ]
    labels = {
        "at": _("Objected at"),
        "what": _("What"),
        "text": _("What she says"),
        "answer": _("Answer"),
        "fingerprint": _("Fingerprint"),
    }
    yield ExportPart("objections", _("Objections"), rows, labels)
