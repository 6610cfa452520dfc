"""`console docs`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

FILE = Path(__file__).parent.parent.parent / "docs" / "hooks.md"
HEAD = """# Hooks

Written by `console docs` from the hooks themselves; change the docstring, not this page.

The name tells the contract.

| kind | name | when it is called | if a listener raises |
|---|---|---|---|
| contribution | `register_<things>` | at boot, without a database | the plugin is quarantined |
| check | `<owner>_check_<act>` | in the unit; answers are objections | the unit is rolled back |
| collect | `<owner>_<plural noun>` | in the unit or while rendering | rolled back, or left out |
| first | `<owner>_<verb>_<noun>` | in the unit; the first answer wins | the unit is rolled back |
| joining | `<owner>_<noun>_<gerund>` | in the unit; writes its own tables | a veto: rolled back |
| event | `<owner>_<noun>_<participle>` | after commit, redelivered | tried again, then shown |
"""


@click.command
@click.option("--check", is_flag=True, help="Only tell whether the page is up to date.")
def docs(*, check: bool) -> None:
    """Write docs/hooks.md from the hooks of the host and of the plugins."""
    text = "\n".join(_write())
    if check:
        same = FILE.exists() and FILE.read_text("utf-8") == text
        if not same:
            click.echo("docs/hooks.md is not up to date: run `console docs`", err=True)
        sys.exit(not same)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text, "utf-8")


def _write() -> Iterator[str]:
    from console import hookspecs
    from console.cli.tables import find_manifests

    yield HEAD
    own = [hook for hook in vars(hookspecs).values() if hasattr(hook, "console_kind")]
    yield from _write_owner("console", own)
    for name, manifest in sorted(find_manifests().items()):
        if manifest.__module__.startswith("plugins.") and manifest.hooks:
            yield from _write_owner(name, manifest.hooks)


def _write_owner(name: str, hooks: Any) -> Iterator[str]:
    yield f"## {name}\n"
    for hook in hooks:
        yield f"### `{hook.__name__}{_signature(hook)}`\n"
        yield f"*{hook.console_kind}*\n"
        yield f"{inspect.getdoc(hook)}\n"


def _signature(hook: Callable[..., Any]) -> str:
    text = str(inspect.signature(hook)).replace("'", "")
    return text.replace("typing.", "").replace("collections.abc.", "")
