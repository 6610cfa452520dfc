"""The command `console books`."""

from __future__ import annotations

import datetime as dt
import json
import sys

import click

from plugins.cashier.services.tying import TieOut, tie_out, whole_book
from plugins.cashier.services.tying_checks import titles


@click.group()
def books() -> None:
    """Tie orders, ledger and reports out with each other."""


@books.command("verify")
@click.option("--as-of", help="A moment such as 2026-03-31T23:59+08:00; UTC without an offset.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def verify_books(as_of: str | None, as_json: bool) -> None:
    """Compare all that was ever booked; exit code 1 when anything differs."""
    found = tie_out(whole_book(_read(as_of)))
    if as_json:
        click.echo(json.dumps(facts_of(found), ensure_ascii=False))
    else:
        for line in lines_of(found):
            click.echo(line)
    sys.exit(not found.ok)


def _read(as_of: str | None) -> dt.datetime | None:
    if as_of is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(as_of)
    except ValueError as problem:
        raise click.BadParameter(f"{as_of!r} is no moment") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def facts_of(found: TieOut) -> dict[str, object]:
    """Return a comparison as plain values; each says what its figures are."""
    return {
        "ok": found.ok,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "store_days": len(found.cells),
        "seconds": round(found.seconds, 3),
        "differences": [
            {
                "check": one.check,
                "store_id": one.store_id,
                "day": one.day.isoformat() if one.day else None,
                "what": one.what,
                "bill_id": one.bill_id,
                "expected": one.expected,
                "found": one.found,
                "unit": one.unit if one.found is not None else None,
            }
            for one in found.differences
        ],
    }


def lines_of(found: TieOut) -> list[str]:
    """Return a comparison in words."""
    told = titles()
    lines = [
        f"{told[check]}: {'; '.join(one.words() for one in some)}"
        for check, some in found.by_check().items()
    ]
    said = "All agree" if found.ok else f"{len(found.differences)} DIFFERENCES"
    return [*lines, f"{said}: {len(found.cells)} store days, {found.seconds:.1f} s"]
