"""What the till offers to refund: a member's top-ups, with all that was paid from each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from console import api
from plugins.cashier.models import Bill, Line
from plugins.cashier.refunds import Refundable
from plugins.cashier.services.naming import name_in_all
from plugins.cashier.services.refunding.sheets import Purchase, Share, Use
from plugins.cashier.services.top_up_contracts import digests_of
from plugins.ledger.api import (
    CODES,
    Entry,
    Journal,
    LotState,
    Payout,
    UsedUp,
    given_lots,
    heir_of,
    lots_of,
    refund_lots,
    uses_of,
)
from plugins.membership.api import Member, count_refund, require_free_value

#: Journals that take money out of a lot without a service being had for it.
TAKEN = ("adjust", "refund", "transfer", "expire_bonus")


def top_ups_of(member_id: int) -> Iterable[Refundable]:
    """Yield the top-ups of a member that something is left of."""
    lots = lots_of(heir_of(member_id))
    uses = uses_of([lot.id for lot in lots])
    titles = titles_of(uses)
    stores = _stores_of(lots)
    home = api.db.session.get_one(Member, member_id).home_store_id
    given, contracts = given_lots(lots), digests_of(lot.journal_id for lot in lots)
    for lot in lots:
        own = [use for use in uses if use.lot_id == lot.id]
        # What another member paid does not go back to her when this one is refunded.
        paid_by = [] if lot.id in given else [lot.journal_id]
        sold = _top_up(lot, own, titles, member_id, stores.get(lot.journal_id) or home, paid_by)
        contract = contracts.get(lot.journal_id, "")
        yield replace(sold, purchase=replace(sold.purchase, contract=contract))


def _top_up(
    lot: LotState,
    uses: Sequence[UsedUp],
    titles: Mapping[str, str],
    member_id: int,
    store_id: int,
    paid_by: list[int],
) -> Refundable:
    paid = api.format_fen(lot.price_fen)
    title = lot.product or api.gettext("Top-up of %(amount)s", amount=paid)
    share = Share(
        "", "money", lot.price_fen, lot.paid, lot.gift, [read_use(use, titles) for use in uses]
    )
    purchase = Purchase(
        key=f"lot:{lot.id}",
        title=lot.product,
        price_fen=lot.price_fen,
        paid_fen=lot.price_fen,
        bought_on=lot.sold_on,
        shares=[share],
        had_before=knew_before(member_id, lot),
    )
    left = api.gettext(
        "principal %(principal)s, bonus %(bonus)s",
        principal=api.format_fen(lot.paid_left),
        bonus=api.format_fen(lot.gift_left),
    )
    return Refundable(
        key=purchase.key,
        kind="stored_value",
        title=title,
        left_words=left,
        store_id=store_id,
        purchase=purchase,
        journal_ids=paid_by,
        take=partial(_take, member_id, lot),
    )


def _take(member_id: int, lot: LotState, entry: Entry, payouts: Sequence[Payout]) -> None:
    require_free_value(member_id)
    refund_lots(entry, member_id, {lot.id: lot.last_use}, payouts)
    count_refund(lot.journal_id, sum(one.amount_fen for one in payouts), key=entry.key)


def read_use(use: UsedUp, titles: Mapping[str, str]) -> Use:
    """Return a use of a lot as the sheet counts it."""
    taken = use.code in TAKEN
    title = name_in_all(CODES[use.code])[0] if taken else titles.get(use.ref, "")
    return Use(
        use.on,
        title,
        use.paid,
        use.gift,
        use.list_fen,
        use.deal_fen,
        use.income_fen if taken else None,
    )


def titles_of(uses: Sequence[UsedUp]) -> dict[str, str]:
    """Return what was had for uses of stored value, by reference, in the salon's own words."""
    lines = {use.ref: int(parts[2]) for use in uses if (parts := _parts(use.ref))}
    wanted = sa.select(Line.id, Line.title).where(Line.id.in_(set(lines.values())))
    named = {row.id: row.title for row in api.db.session.execute(wanted)}
    return {ref: named[number] for ref, number in lines.items() if number in named}


def _parts(ref: str) -> list[str]:
    """Return the parts of a reference that the till made: bill, settlement, line, payment."""
    parts = ref.removeprefix("bill:").split("/")
    made_here = ref.startswith("bill:") and len(parts) == 4
    return parts if made_here and all(part.isdecimal() for part in parts) else []


def knew_before(member_id: int, lot: LotState) -> bool:
    """Tell whether a member had been served here before the day of a top-up."""
    served = sa.select(Bill.id).where(
        Bill.member_id == member_id,
        Bill.business_on < lot.sold_on,
        Bill.state.in_(("settled", "part_paid")),
        sa.exists().where(Line.bill_id == Bill.id, Line.order_kind == "service"),
    )
    return api.db.session.scalar(served.limit(1)) is not None


def _stores_of(lots: Sequence[LotState]) -> dict[int, int | None]:
    rows = api.db.session.execute(
        sa.select(Journal.id, Journal.store_id).where(
            Journal.id.in_({lot.journal_id for lot in lots})
        )
    )
    return {row.id: row.store_id for row in rows}
