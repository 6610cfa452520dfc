"""Receipts as rows: made once, drawn by the browser and by receipt printers alike."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.desk import Slip, SlipRow
from plugins.cashier.models import Bill, Line
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.naming import LANGUAGES, OWN
from plugins.cashier.services.performers import shares_of
from plugins.cashier.services.quoting import discounts_of, lines_of
from plugins.cashier.services.top_up_terms import bonus_end_on
from plugins.ledger.api import AGREEMENTS
from plugins.membership.api import Member, level_of, locale_of
from plugins.salon.api import StoreProfile

#: What a header or footer may name; everything else in braces is refused.
PLACEHOLDERS = {
    "shop": _("Name of the salon"),
    "store": _("Name of the store"),
    "address": _("Address of the store"),
    "phone": _("Phone of the store"),
    "number": _("Bill number"),
    "member": _("Name of the member"),
    "cashier": _("Who settled"),
    "date": _("Day of the settlement"),
}
#: What a receipt may show besides what was bought and paid.
PARTS = (
    ("people", _("Who did it")),
    ("list", _("List prices and why they are lower")),
    ("member", _("Name and level of the member")),
    ("agreed", _("How she agreed")),
    ("balance", _("Balance before and after")),
    ("points", _("Points")),
    ("sessions", _("Sessions left")),
    ("cashier", _("Who settled")),
    ("unused", _("Benefits that did not count, and why")),
    ("terms", _("Terms of top-ups")),
    ("code", _("QR code that opens the receipt on the member's phone")),
)
HEADER = api.Setting(
    "cashier.receipt_header",
    _("Head of receipts"),
    "{shop} · {store}\n{address} {phone}",
    per_store=True,
)
FOOTER = api.Setting("cashier.receipt_footer", _("Foot of receipts"), "", per_store=True)
SHOWN = api.Setting(
    "cashier.receipt_parts",
    _("What receipts show"),
    "people,list,member,balance,points,sessions,cashier,terms,code",
    per_store=True,
)
PAPER = api.Setting(
    "cashier.receipt_paper",
    _("Width of the receipt paper"),
    80,
    choices=((58, "58 mm"), (80, "80 mm")),
    per_store=True,
)
LANGUAGE = api.Setting(
    "cashier.receipt_language",
    _("Language of paper receipts"),
    "",
    choices=(("", _("The member's own, else the salon's")), *LANGUAGES),
    per_store=True,
)
HOLE = re.compile(r"\{([^{}]*)\}")
MOST_LETTERS, MOST_ROWS = 400, 8


def check_text(text: str) -> str:
    """Return a header or footer as it is kept; refused with placeholders that nobody knows."""
    plain = "\n".join(line.rstrip() for line in text.replace("\r", "").strip().split("\n"))
    if len(plain) > MOST_LETTERS or plain.count("\n") >= MOST_ROWS:
        raise api.Refused(_("At most 8 rows and 400 characters."))
    for name in HOLE.findall(plain):
        if name not in PLACEHOLDERS:
            raise api.Refused(_("“{%(name)s}” stands for nothing.", name=name))
    return plain


def fill(text: str, facts: Mapping[str, str]) -> list[str]:
    """Return the rows of a text with its placeholders filled in; rows left empty are gone."""
    rows = (HOLE.sub(lambda hole: facts.get(hole[1], ""), row).strip() for row in text.split("\n"))
    return [row for row in (row.strip(" ·") for row in rows) if row]


class Look:
    """How the receipts of a store look: texts, parts and paper."""

    def __init__(
        self, header: str, footer: str, parts: frozenset[str], paper: Literal[58, 80]
    ) -> None:
        self.header, self.footer, self.parts, self.paper = header, footer, parts, paper

    @classmethod
    def of(cls, store_id: int) -> Look:
        """Return the look that a store's receipts have now."""
        parts = frozenset(SHOWN.get(store_id).split(","))
        footer = FOOTER.get(store_id)
        return cls(HEADER.get(store_id), footer, parts, 58 if PAPER.get(store_id) == 58 else 80)

    def on_phone(self) -> Look:
        """Return a look that shows all that receipts can show, but the code that leads there."""
        parts = frozenset(key for key, _label in PARTS) - {"code"}
        return Look(self.header, self.footer, parts, 80)


@api.unit
def keep_look(store_id: int, look: Look) -> None:
    """Keep what the receipts of a store look like."""
    HEADER.put(look.header, store_id)
    FOOTER.put(look.footer, store_id)
    SHOWN.put(",".join(key for key, _label in PARTS if key in look.parts), store_id)
    PAPER.put(look.paper, store_id)
    store = api.db.session.get_one(api.Store, store_id)
    title = _("Changed the receipt design")
    api.record_audit("cashier.receipt_look", store, store_id=store_id, title=title)


def slip_of(bill: Bill, look: Look | None = None, *, again: bool = False) -> Slip:
    """Return the receipt of a bill, as it was frozen when it was settled.

    One that is printed *again* says so.
    """
    shown = look or Look.of(bill.store_id)
    return Slip(tuple(_rows(bill, shown, again=again)), shown.paper)


def paper_of(bill: Bill, *, again: bool = False) -> Slip:
    """Return the receipt of a bill for paper: in the guest's language, not in the cashier's."""
    with api.speaking(language_of(bill)):
        return slip_of(bill, again=again)


def language_of(bill: Bill) -> str:
    """Return the language of a bill's paper: the store's choice, else hers, else the salon's."""
    hers = locale_of(bill.member_id) if bill.member_id else None
    return LANGUAGE.get(bill.store_id) or hers or OWN


def _rows(bill: Bill, look: Look, *, again: bool) -> Iterator[SlipRow]:
    facts = _facts(bill)
    for place, row in enumerate(fill(look.header, facts)):
        yield SlipRow(row, look="title" if place == 0 else "centre")
    if again:
        yield SlipRow(api.gettext("Reprint"), look="title")
    yield SlipRow(look="rule")
    yield SlipRow(api.gettext("Bill %(number)s", number=bill.number), facts["time"])
    if "cashier" in look.parts and facts["cashier"]:
        yield SlipRow(api.gettext("Served by %(name)s", name=facts["cashier"]))
    if "member" in look.parts and facts["member"]:
        level = f" · {facts['level']}" if facts["level"] else ""
        yield SlipRow(api.gettext("Member %(name)s", name=facts["member"]) + level)
    yield SlipRow(look="rule")
    yield from _bought(bill, look)
    yield SlipRow(look="rule")
    yield SlipRow(api.gettext("Due"), api.format_fen(bill.due_fen), "total")
    for act in bill.receipt.get("acts", ()):
        yield from _paid(act)
    if "unused" in look.parts:
        yield from _unused(bill)
    if bill.owing_fen:
        yield SlipRow(api.gettext("Owing"), api.format_fen(bill.owing_fen), "total")
    yield from _held(bill, look)
    if "terms" in look.parts:
        yield from _terms(bill)
    footer = fill(look.footer, facts) or [api.gettext("Thank you, see you soon")]
    if footer:
        yield SlipRow(look="rule")
    for row in footer:
        yield SlipRow(row, look="centre")
    if bill.member_id is not None:
        yield from _code(bill.id, look)


def _code(number: int, look: Look) -> Iterator[SlipRow]:
    """Lead a member to her receipt on her phone, where she can say that something is wrong."""
    base = api.base_url().rstrip("/")
    if "code" in look.parts and base:
        yield SlipRow(f"{base}/cashier/receipts/{number}", look="qr")
        yield SlipRow(api.gettext("This receipt on your phone: ask about it there"), look="centre")


def _bought(bill: Bill, look: Look) -> Iterator[SlipRow]:
    lines = lines_of(bill.id)
    numbers = [line.id for line in lines]
    discounts, people = discounts_of(numbers), shares_of(numbers)
    for line in lines:
        names = [staff.name for staff, share in people[line.id] if share.role != "sold"]
        title = str(api.translate(line.title, line.facts.get("names") or {}))
        if line.quantity > 1:
            title = f"{title} × {line.quantity}"  # noqa: RUF001 - as on the screen
        if "people" in look.parts and names:
            title = f"{title} · {api.gettext(', ').join(names)}"
        used = sessions_of(line)
        if used and not line.list_fen:
            yield SlipRow(title, count_sessions(used))
            continue
        if "list" not in look.parts:
            yield SlipRow(title, _plain(line.due_fen))
            if ends := bonus_end_on(line.facts):
                yield SlipRow(ends, look="indent")
            continue
        yield SlipRow(title, _plain(line.list_fen))
        if ends := bonus_end_on(line.facts):
            yield SlipRow(ends, look="indent")
        for discount in discounts[line.id]:
            if discount.amount_fen:
                yield SlipRow(api.thaw(discount.reason), _plain(-discount.amount_fen), "indent")


def sessions_of(line: Line) -> int:
    """Return how many sessions of hers a line uses; 0 where it uses none."""
    kind = line_kinds().get(line.kind)
    return line.quantity if kind is not None and kind.takes else 0


def count_sessions(count: int) -> str:
    """Say a number of sessions in words."""
    return api.ngettext("%(num)s session", "%(num)s sessions", count)


def _unused(bill: Bill) -> Iterator[SlipRow]:
    """Say which benefits did not count and why, in the words that the cashier read."""
    for one in bill.receipt.get("unused", ()):
        yield SlipRow(f"{api.thaw(one['reason'])}: {api.thaw(one['why'])}", look="indent")


def _terms(bill: Bill) -> Iterator[SlipRow]:
    """Print the terms that stood when she topped up at the counter."""
    text = bill.receipt.get("terms")
    if text:
        yield SlipRow(look="rule")
        yield SlipRow(api.gettext("Terms of top-ups"))
        for row in text.splitlines():
            yield SlipRow(row)


def _plain(fen: int) -> str:
    return api.format_fen(fen).replace("¥", "")


def _paid(act: Mapping[str, Any]) -> Iterator[SlipRow]:
    if "undone" in act:
        yield SlipRow(api.gettext("Payment taken back: %(reason)s", reason=act["undone"]))
    for payment in act["payments"]:
        name = str(api.translate(payment["name"], payment["names"]))
        yield SlipRow(name, _plain(payment["amount_fen"]))
        if payment.get("note"):
            yield SlipRow(api.gettext("Note"), payment["note"], "indent")
        if payment["change_fen"]:
            yield SlipRow(api.gettext("Amount handed over"), _plain(payment["given_fen"]), "indent")
            yield SlipRow(api.gettext("Change given"), _plain(payment["change_fen"]), "indent")


def _held(bill: Bill, look: Look) -> Iterator[SlipRow]:
    acts = bill.receipt.get("acts", ())
    if bill.member_id is None or not acts:
        return
    before, after = acts[0]["before"], acts[-1]["after"]
    yield SlipRow(look="rule")
    if "balance" in look.parts:
        yield SlipRow(api.gettext("Balance before"), _plain(_balance(before)))
        yield SlipRow(api.gettext("Balance after"), _plain(_balance(after)))
        if after.get("bonus"):
            told = api.gettext("Of it principal")
            yield SlipRow(told, _plain(after.get("principal", 0)), "indent")
    if "sessions" in look.parts and (before.get("all_sessions") or after.get("all_sessions")):
        moved = f"{before.get('all_sessions', 0)} → {after.get('all_sessions', 0)}"
        yield SlipRow(api.gettext("Sessions left"), moved)
    if "points" in look.parts and (before.get("all_points") or after.get("all_points")):
        moved = f"{before.get('all_points', 0):,} → {after.get('all_points', 0):,}"
        yield SlipRow(api.gettext("Points"), moved)
    if "agreed" in look.parts and bill.agreed_by:
        yield _agreed(bill.agreed_by)
        for act in acts:
            if act.get("arrived"):
                told = api.gettext("Your code was scanned on arrival")
                yield SlipRow(told, act["arrived"], "indent")


def _agreed(how: str) -> SlipRow:
    """Say to the member herself how she agreed; nobody asked her when staff did it alone."""
    if how == "staff_only":
        return SlipRow(api.gettext("Entered by staff without your code"))
    return SlipRow(api.gettext("You agreed by"), str(AGREEMENTS[how]))


def _balance(held: Mapping[str, int]) -> int:
    return held.get("principal", 0) + held.get("bonus", 0)


def _facts(bill: Bill) -> dict[str, str]:
    store = api.db.session.get_one(api.Store, bill.store_id)
    profile = api.db.session.get(StoreProfile, bill.store_id)
    member = api.db.session.get(Member, bill.member_id) if bill.member_id else None
    level = level_of(member.id) if member else None
    user = api.db.session.get(api.User, bill.settled_by) if bill.settled_by else None
    at = (bill.settled_at or bill.opened_at).astimezone(ZoneInfo(store.time_zone))
    return {
        "shop": api.SHOP_NAME.get(),
        "store": store.name,
        "address": profile.address if profile else "",
        "phone": profile.phone if profile else "",
        "number": bill.number,
        "member": member.name if member else "",
        "level": level.name if level else "",
        "cashier": user.name if user else "",
        "date": at.date().isoformat(),
        "time": at.strftime("%Y-%m-%d %H:%M"),
    }


def example(store_id: int, look: Look) -> Slip:
    """Return a receipt of things that nobody bought, to see what a look comes to."""
    latest = sa.select(Bill).where(Bill.store_id == store_id, Bill.state == "settled")
    bill = api.db.session.scalar(latest.order_by(Bill.id.desc()).limit(1))
    if bill is not None and bill.member_id is not None:
        return slip_of(bill, look)
    code = _code(bill.id if bill is not None else 1, look)
    if bill is not None:
        return Slip((*slip_of(bill, look).rows, *code), look.paper)
    store = api.db.session.get_one(api.Store, store_id)
    now = api.now().astimezone(ZoneInfo(store.time_zone))
    facts = {"shop": api.SHOP_NAME.get(), "store": store.name, "date": _day(now)}
    head = [SlipRow(row, look="centre") for row in fill(look.header, facts)]
    foot = [SlipRow(row, look="centre") for row in fill(look.footer, facts)]
    rule = SlipRow(look="rule")
    due = SlipRow(api.gettext("Due"), api.format_fen(12_800), "total")
    rows = [rule, SlipRow(api.gettext("Service"), "128.00"), rule, due, rule]
    return Slip((*head, *rows, *foot, *code), look.paper)


def _day(moment: dt.datetime) -> str:
    return moment.date().isoformat()


def was_settled(bill: Bill) -> bool:
    """Tell whether a bill has a receipt."""
    return bool(bill.receipt.get("acts"))
