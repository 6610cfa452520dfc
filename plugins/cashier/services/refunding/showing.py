"""A refund sheet in words: what the console, a member's phone and the paper show alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from console import api
from console.api import _
from plugins.cashier.services.refunding.law import CAUSE_WORDS, load_law, show_clause

RATES: dict[str, Any] = {
    "lpr": _("one-year LPR, as the salon entered it"),
    "deposit": _("one-year deposit rate, as the salon entered it"),
    "agreed": _("rate that was agreed"),
}


@dataclass(frozen=True)
class ShownRow:
    """A use as it is shown."""

    on: str
    what: str
    detail: str
    clause: str
    list_price: str
    deal_price: str
    value: str
    running: str


@dataclass(frozen=True)
class Result:
    """A line of the result: a label, a figure, and the clause beside it."""

    label: str
    figure: str
    clause: str = ""
    strong: bool = False


@dataclass(frozen=True)
class ShownAccount:
    """What one top-up or card comes to, as it is shown."""

    title: str
    facts: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Clause:
    """A clause that the sheet names: its number, what it says in short, and its words."""

    number: str
    gist: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A whole sheet as it is shown."""

    cause: str
    dates: tuple[tuple[str, str], ...]
    accounts: tuple[ShownAccount, ...]
    results: tuple[Result, ...]
    clauses: tuple[Clause, ...]
    law: str
    law_name: str


def show_sheet(sheet: Mapping[str, Any]) -> Shown:
    """Say a kept sheet in the reader's language."""
    law, asked = load_law(), sheet["asked"]
    return Shown(
        str(CAUSE_WORDS[asked["cause"]]),
        tuple(_dates(asked)),
        tuple(_account(one) for one in sheet["accounts"]),
        tuple(_totals(sheet)),
        tuple(
            Clause(show_clause(key), str(law.gist_of(key)), law.text_of(key))
            for key in _named(sheet)
        ),
        law.number,
        law.name,
    )


def _dates(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield api.gettext("Asked for on"), asked["asked_on"]
    yield api.gettext("Contract ends on"), asked["ended_on"]
    yield api.gettext("Paid out on"), asked["paid_on"]
    if asked["stopped_on"]:
        yield api.gettext("Salon stopped serving on"), asked["stopped_on"]


def _account(account: Mapping[str, Any]) -> ShownAccount:
    paid = api.format_fen(account["price_fen"])
    return ShownAccount(
        account["title"] or api.gettext("Top-up of %(amount)s", amount=paid),
        tuple(_facts(account)),
        tuple(_row(row) for row in account["rows"]),
        tuple(_results(account)),
    )


def _facts(account: Mapping[str, Any]) -> Iterator[str]:
    yield api.gettext("bought on %(day)s", day=account["bought_on"])
    fen = api.format_fen
    yield api.gettext("paid %(amount)s", amount=fen(account["paid_fen"]))
    if account["price_fen"] > account["paid_fen"]:
        owing = account["price_fen"] - account["paid_fen"]
        yield api.gettext("owing %(amount)s", amount=fen(owing))
    for share in account["shares"]:
        if share["kind"] == "sessions":
            words = api.gettext("%(what)s x %(count)s", what=share["title"], count=share["paid"])
            if share["gift"]:
                words += api.gettext(", %(count)s free", count=share["gift"])
            yield words
        elif share["gift"]:
            yield api.gettext("bonus %(amount)s", amount=fen(share["gift"]))
    if account["term"]:
        yield api.ngettext("for %(num)s day", "for %(num)s days", account["term"]["days"])
    if account.get("contract"):
        yield api.gettext("contract %(fingerprint)s…", fingerprint=account["contract"][:16])


def _row(row: Mapping[str, Any]) -> ShownRow:
    fen, unit = api.format_fen, row["unit"]
    what, detail = row["title"] or api.gettext("Used"), ""
    if unit == "days":
        what = api.gettext("Days that are over")
        detail = api.gettext("%(over)s of %(all)s days", over=row["ratio"][0], all=row["ratio"][1])
    elif unit == "agreed":
        what = api.gettext("Gifts that were used, as agreed")
    elif row["ratio"]:
        detail = api.gettext(
            "%(face)s x %(paid)s / %(whole)s",
            face=fen(row["amount"]),
            paid=fen(row["ratio"][0]),
            whole=fen(row["ratio"][1]),
        )
    elif unit == "fen":
        detail = api.gettext("%(face)s from balance", face=fen(row["amount"]))
    elif unit == "sessions" and row["clause"] == "21":
        detail = api.gettext("free session")
    return ShownRow(
        row["on"] or "",
        what,
        detail,
        show_clause(row["clause"]),
        fen(row["list_fen"]) if row["list_fen"] is not None else "-",
        fen(row["deal_fen"]) if row["deal_fen"] is not None else "-",
        fen(row["value_fen"]),
        fen(row["running_fen"]),
    )


def _results(account: Mapping[str, Any]) -> Iterator[Result]:
    fen = api.format_fen
    yield Result(api.gettext("Amount paid"), fen(account["paid_fen"]))
    yield Result(api.gettext("Value used"), fen(-account["used_fen"]))
    if account["floored"]:
        beyond = account["used_fen"] - account["paid_fen"]
        words = api.gettext("Beyond what she paid, not asked for")
        yield Result(words, f"+{fen(beyond)}", "20")
    refund = api.gettext("Goes back")
    yield Result(refund, fen(account["refund_fen"]), account["clause"], strong=True)
    interest = account["interest"]
    if interest["fen"]:
        words = api.gettext(
            "Interest: %(rate)s, %(percent)s %% a year, %(days)s days",
            rate=RATES[interest["basis"]],
            percent=f"{interest['rate_bp'] / 100:.2f}",
            days=interest["days"],
        )
        yield Result(words, fen(interest["fen"]), "16")
    if account.get("balance_fen"):
        words = api.gettext("Paid from balance: goes back to the same top-ups, principal and bonus")
        yield Result(words, fen(account["balance_fen"]))
    if account.get("fee_fen"):
        words = api.gettext("Platform fee, a cost of the salon: nothing is taken off for it")
        yield Result(words, fen(account["fee_fen"]), "15")


def _totals(sheet: Mapping[str, Any]) -> Iterator[Result]:
    fen = api.format_fen
    yield Result(api.gettext("Refund"), fen(sheet["refund_fen"]), strong=True)
    if sheet["interest_fen"]:
        yield Result(api.gettext("Interest, paid besides"), fen(sheet["interest_fen"]), "16")
        total = sheet["refund_fen"] + sheet["interest_fen"]
        yield Result(api.gettext("Paid out in all"), fen(total), strong=True)


def _named(sheet: Mapping[str, Any]) -> list[str]:
    """Return the clauses that a sheet names, in their order."""
    found: set[str] = set()
    for account in sheet["accounts"]:
        found |= {account["clause"], "15"} | {row["clause"] for row in account["rows"]}
        if account["floored"]:
            found.add("20")
        if account["interest"]["fen"]:
            found |= {"16", "17"}
    return sorted(found, key=float)
