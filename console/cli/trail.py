"""`console audit`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
from flask import Flask

from console.cli.application import with_app


@click.group
def audit() -> None:
    """Verify and seal the audit trail."""


@audit.command
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
@with_app
def verify(app: Flask, as_json: bool) -> None:
    """Compare the trail with its seals; exit code 1 names each seal that does not fit."""
    from console.seal_checks import verify_trail

    report = verify_trail()
    if as_json:
        facts = {**asdict(report), "ok": report.ok, "seconds": round(report.seconds, 3)}
        click.echo(json.dumps(facts, ensure_ascii=False))
        sys.exit(not report.ok)
    for each in report.misfits:
        click.echo(str(each))
    click.echo(
        f"{'All is well' if report.ok else 'NOT WELL'}: {report.seals} seals over"
        f" {report.entries} entries, {report.unsealed} not sealed yet, {report.seconds:.1f} s"
    )
    sys.exit(not report.ok)


@audit.command
@with_app
def seal(app: Flask) -> None:
    """Seal what was done since the last seal; the worker does so every night."""
    from console.sealing import seal_trail

    made = seal_trail()
    click.echo(f"Made {made} {'seal' if made == 1 else 'seals'}." if made else "Nothing to seal.")
