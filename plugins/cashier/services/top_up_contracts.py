"""The contract of a top-up: made when its line is settled, as that of a card is at its sale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.contracts import ContractNote
from plugins.cashier.models import Bill, Line, TopUpContract
from plugins.cashier.offers import Terms
from plugins.cashier.services.contract_words import say_each_use, say_law, say_parties
from plugins.cashier.services.contracts import (
    draw_contract,
    facts_of_place,
    fingerprint_of,
    note_signed,
)
from plugins.cashier.services.paying import paid_by_kind
from plugins.cashier.services.signing import Signed
from plugins.cashier.services.top_up_terms import AGREED, TERMS, say_bonus_end
from plugins.ledger.api import Lot, given_lots, uses_of
from plugins.membership.api import (
    Member,
    Recharge,
    find_recharge,
    promises_of,
    read_quote,
    say_bars,
    say_card,
    say_split,
    say_what_it_pays,
)


def facts_of(store_id: int, line: Mapping[str, Any], on: str) -> dict[str, Any]:
    """Return the terms of a top-up as plain values; *line* are the facts of its line.

    No name and no phone: these are erased with the member, while the terms stay.
    """
    quote = read_quote(line["quote"])
    store = api.db.session.get_one(api.Store, store_id)
    member = api.db.session.get_one(Member, quote.member_id)
    return {
        "kind": "top_up",
        "name": quote.tier_name,
        "names": dict(quote.tier_names),
        "member_number": member.number,
        **facts_of_place(store),
        "sold_on": on,
        "paid_fen": quote.amount_fen,
        "bonus_fen": quote.bonus_fen,
        "bonus_until": quote.bonus_until if quote.bonus_fen else "",
        "points": quote.points,
        "gift": quote.gift,
        "rules": TERMS.get(store_id).strip(),
        **promises_of(quote),
    }


def contract_on_phone(bill: Bill, line: Mapping[str, Any]) -> Terms:
    """Return the contract that a member reads and ticks before she tops up on her phone."""
    facts = facts_of(bill.store_id, line, bill.business_on.isoformat())
    member = api.db.session.get_one(Member, bill.member_id)
    return Terms(say_terms(facts, member.name), fingerprint_of(facts))


def make_contract(key: str, bill: Bill, line: Line, on: str) -> TopUpContract | None:
    """Freeze the terms of the top-up that was sold under *key*, in the running unit; once.

    What she ticked on her phone before she paid is signed by that, if the terms are those still.
    """
    recharge = find_recharge(key)
    if recharge is None or sold_as(recharge.id):
        return None
    facts = facts_of(bill.store_id, line.facts, on)
    contract = TopUpContract(
        recharge_id=recharge.id,
        line_id=line.id,
        member_id=recharge.member_id,
        store_id=bill.store_id,
        made_at=api.now(),
        facts=facts,
        digest=fingerprint_of(facts),
    )
    api.db.session.add(contract)
    api.db.session.flush()
    if AGREED in line.facts and _is_what_she_read(contract, line.facts[AGREED]):
        _sign(contract, "phone")
    return contract


def _is_what_she_read(contract: TopUpContract, agreed: Mapping[str, Any]) -> bool:
    """Tell whether the terms are those that she ticked, be it on the day before."""
    store = api.db.session.get_one(api.Store, contract.store_id)
    at = dt.datetime.fromisoformat(agreed["at"])
    day = api.business_day(at, store.time_zone, store.cut_off_minutes)
    read = {**contract.facts, "sold_on": day.isoformat()}
    return bool(fingerprint_of(read) == agreed["digest"])


def sold_as(recharge_id: int) -> Sequence[TopUpContract]:
    """Return the contract of a top-up; nothing for one that no bill sold."""
    wanted = sa.select(TopUpContract).where(TopUpContract.recharge_id == recharge_id)
    return api.db.session.scalars(wanted).all()


def contracts_of(member_id: int) -> Sequence[TopUpContract]:
    """Return the contracts of a member's top-ups, the latest first."""
    wanted = sa.select(TopUpContract).where(TopUpContract.member_id == member_id)
    return api.db.session.scalars(wanted.order_by(TopUpContract.id.desc())).all()


def contracts_on(line_ids: Iterable[int]) -> Sequence[TopUpContract]:
    """Return the contracts of the top-ups on some lines, the latest first."""
    wanted = sa.select(TopUpContract).where(TopUpContract.line_id.in_([*line_ids]))
    return api.db.session.scalars(wanted.order_by(TopUpContract.id.desc())).all()


def digests_of(journal_ids: Iterable[int]) -> dict[int, str]:
    """Return the fingerprints of the contracts of some top-ups, by the journals that sold them."""
    wanted = sa.select(Recharge.journal_id, TopUpContract.digest).join(
        Recharge, Recharge.id == TopUpContract.recharge_id
    )
    rows = api.db.session.execute(wanted.where(Recharge.journal_id.in_([*journal_ids])))
    return {row.journal_id: row.digest for row in rows}


def purpose_of(number: int) -> str:
    """Return what a signature below the contract of a top-up is for."""
    return f"top_up_contract:{number}"


@api.unit
def sign_contract(number: int, by: str, signature: Signed | str = "") -> TopUpContract:
    """Note that the member agreed to the terms, on her "phone" or on "paper"; once.

    *signature* is what she drew on the screen, or the photo of the paper. `Refused` when the
    top-up was taken back or refunded meanwhile.
    """
    wanted = sa.select(TopUpContract).where(TopUpContract.id == number).with_for_update()
    contract = api.db.session.scalar(wanted.execution_options(populate_existing=True))
    if contract is None:
        raise api.NotFound(_("There is no such contract."))
    if contract.signed_at is None and number in ends_of([contract]):
        raise api.Refused(_("This contract is over. Nothing is left to agree to."))
    _sign(contract, by, signature)
    return contract


def _sign(contract: TopUpContract, by: str, signature: Signed | str = "") -> None:
    if note_signed(contract, by, signature, contract.member_id, purpose_of(contract.id)):
        api.record_audit(
            "cashier.contract_signed",
            contract,
            store_id=contract.store_id,
            title=_("Contract of a top-up signed"),
        )


def ends_of(contracts: Sequence[TopUpContract]) -> dict[int, str]:
    """Say what ended some contracts, by their numbers; those that hold are left out."""
    ended = {one.id: api.gettext("Top-up undone") for one in contracts if one.recharge.undone_at}
    numbers = {one.recharge.journal_id: one.id for one in contracts if one.id not in ended}
    lots = api.db.session.scalars(sa.select(Lot).where(Lot.journal_id.in_(numbers))).all()
    of_lot = {lot.id: numbers[lot.journal_id] for lot in lots}
    for number in given_lots(lots):
        ended[of_lot[number]] = api.gettext("Given to another member")
    for use in uses_of(of_lot):
        if use.code == "refund":
            ended[of_lot[use.lot_id]] = api.gettext("Refunded on %(day)s", day=use.on)
    return ended


def notes_of(contracts: Sequence[TopUpContract]) -> list[ContractNote]:
    """Name some contracts for a list, with where each is read."""
    ended = ends_of(contracts)
    return [
        ContractNote(
            one.made_at,
            title_of(one),
            one.signed_at,
            f"/console/cashier/contracts/{one.id}/",
            f"/cashier/contracts/{one.id}",
            ended.get(one.id, ""),
        )
        for one in contracts
    ]


def title_of(contract: TopUpContract) -> str:
    """Return what a contract is called in the reader's language."""
    facts = contract.facts
    name = api.translate(facts["name"], facts["names"])
    words = api.gettext("Top-up contract: %(offer)s", offer=name)
    return words if name else api.gettext("Top-up contract")


def rows_of(contract: TopUpContract) -> list[tuple[str, str]]:
    """Say a contract to its member and to staff: the terms, and how she paid as the books say."""
    rows = say_terms(contract.facts, contract.member.name)
    paid = [f"{kind} {api.format_fen(fen)}" for kind, fen in paid_by_kind(contract.line_id)]
    if paid and contract.recharge.undone_at is None:
        rows.append((api.gettext("Paid by"), " · ".join(paid)))
    return rows


def paper_of(contract: TopUpContract) -> bytes:
    """Return a contract as a PDF in the reader's language, with her signature and fingerprint."""
    zone, purpose = contract.store.time_zone, purpose_of(contract.id)
    return draw_contract(title_of(contract), contract, rows_of(contract), purpose, zone)


def say_terms(facts: Mapping[str, Any], buyer: str = "") -> list[tuple[str, str]]:
    """Say frozen terms in the reader's language, as pairs of label and text."""
    name = api.translate(facts["name"], facts["names"])
    top_up = api.gettext("Top-up")
    return [
        *say_parties(facts, buyer),
        (top_up, " · ".join(word for word in (name, say_card(facts["card"])) if word)),
        (api.gettext("Sold on"), facts["sold_on"]),
        (api.gettext("Principal"), api.format_fen(facts["paid_fen"])),
        (api.gettext("Bonus"), _bonus(facts)),
        *_besides(facts),
        (api.gettext("What it pays for"), say_what_it_pays(facts["card"])),
        (api.gettext("Stores"), api.gettext("All stores")),
        (api.gettext("Valid"), _validity(facts)),
        *_rules(facts),
        *say_law(facts["law"]),
    ]


def _bonus(facts: Mapping[str, Any]) -> str:
    bars = facts["bonus_bars"]
    words = [
        say_bonus_end(facts["bonus_fen"], facts["bonus_until"])
        or api.format_fen(facts["bonus_fen"])
    ]
    if bars:
        words.append(api.gettext("bonus not for %(what)s", what=say_bars(bars.split(","))))
    return " · ".join(words)


def _besides(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    words, level = [], facts["level"]
    if facts["points"]:
        words.append(api.ngettext("%(num)s point", "%(num)s points", facts["points"]))
    if level:
        words.append(str(api.translate(level["name"], level["names"])))
    if facts["gift"]:
        words.append(facts["gift"])
    if words:
        yield api.gettext("What comes with it"), " · ".join(words)


def _validity(facts: Mapping[str, Any]) -> str:
    if not facts["bonus_until"]:
        return api.gettext("without an end")
    return api.gettext(
        "principal without an end; bonus until %(day)s",
        day=facts["bonus_until"],
    )


def _rules(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield say_each_use()
    if facts["bonus_fen"]:
        yield api.gettext("Spending order of principal and bonus"), say_split(facts["split"])
    yield (
        api.gettext("Giving it back"),
        api.gettext(
            "Within seven days of the top-up and unused: all that she paid. Later: what she paid "
            "less what was used, reckoned as the law says; the sheet shows each step. When the "
            "shop is the cause, uses count at the price that she paid; when she is, at the price "
            "before any discount. Bonus is not paid out."
        ),
    )
    yield (
        api.gettext("Money paid ahead"),
        api.gettext(
            "Is booked as unearned revenue of this top-up and becomes revenue only as it is spent."
        ),
    )
    if facts["rules"]:
        yield api.gettext("Terms of the store"), facts["rules"]
