"""`console ledger`: verifying and sealing the books."""

from __future__ import annotations

import json
import sys

import click

from console.api import seal_key
from plugins.ledger.services.seals import seal
from plugins.ledger.services.verifying import NAMED, TITLES, Report, verify


@click.group()
def ledger() -> None:
    """Verify and seal the books."""


@ledger.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def verify_books(as_json: bool) -> None:
    """Check every invariant, hash, seal and trigger; exit code 1 when anything is wrong."""
    report = verify(seal_key())
    if as_json:
        click.echo(json.dumps(facts_of(report), ensure_ascii=False))
    else:
        for line in lines_of(report):
            click.echo(line)
    sys.exit(not report.ok)


@ledger.command("seal")
def seal_books() -> None:
    """Seal what was posted since the last seal; the worker does so every night."""
    through = seal(seal_key())
    click.echo("Nothing new to seal." if through is None else f"Sealed through journal {through}.")


def facts_of(report: Report) -> dict[str, object]:
    """Return a report as plain values."""
    return {
        "ok": report.ok,
        "journals": report.journals,
        "sealed_through": report.sealed_through,
        "seconds": round(report.seconds, 3),
        "findings": report.findings,
    }


def lines_of(report: Report) -> list[str]:
    """Return a report in words."""
    lines = lines_of_findings(report)
    sealed = report.sealed_through or "none"
    lines.append(
        f"{'All is well' if report.ok else 'NOT WELL'}: {report.journals} journals,"
        f" sealed through {sealed}, {report.seconds:.1f} s"
    )
    return lines


def lines_of_findings(report: Report) -> list[str]:
    """Return what a report found, a line for each invariant."""
    lines = []
    for key, found in report.findings.items():
        more = f" … (+{len(found) - NAMED})" if len(found) > NAMED else ""
        lines.append(f"{TITLES[key]}: {', '.join(found[:NAMED])}{more}")
    return lines
