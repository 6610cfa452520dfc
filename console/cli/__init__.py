"""`console`, the command line; each command imports what it needs only when it runs."""

from __future__ import annotations

import importlib
from typing import Any

import click

#: Where each command of the host lives, so that `console --help` need not import them all.
COMMANDS = {
    "audit": ("console.cli.trail", "Verify and seal the audit trail."),
    "check": ("console.cli.looking", "Check the configuration and the database."),
    "demo": ("console.cli.demo", "Load the demo, keep it alive, or clear it."),
    "dev": ("console.cli.serving", "Serve with reloads and tracebacks, for whoever writes code."),
    "docs": ("console.cli.docs", "Write docs/hooks.md from the hooks."),
    "i18n": ("console.cli.words", "Collect, compile and check the translations."),
    "grants": ("console.cli.tables", "Let a database role serve that may not rewrite the books."),
    "init": ("console.cli.serving", "Make the instance folder and its secret key."),
    "migrate": ("console.cli.tables", "Bring all tables up to date."),
    "migrations": ("console.cli.tables", "Write migrations from the models."),
    "new-plugin": ("console.cli.scaffolding", "Begin a plugin: a package that runs at once."),
    "plugins": ("console.cli.plugins", "List, enable, disable, check or purge plugins."),
    "run": ("console.cli.serving", "Serve the console, with its worker."),
    "search": ("console.cli.search", "Build the words anew by which records are found."),
    "user": ("console.cli.users", "Add, list and disable staff users."),
    "worker": ("console.cli.serving", "Deliver events and run jobs."),
}


class Console(click.Group):
    """The host's commands, and below them those of the plugins."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return _plugin_command(ctx, cmd_name)
        module, _help = COMMANDS[cmd_name]
        command: click.Command = getattr(
            importlib.import_module(module), cmd_name.replace("-", "_")
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(COMMANDS.items())])
        formatter.write_paragraph()
        formatter.write_text(
            "Plugins add theirs, such as `console import members FILE` or `console ledger verify`."
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what a person can mend is said in a line, without a traceback."""
        from sqlalchemy.exc import OperationalError

        from console.config import EXIT_CODE, ConfigError
        from console.errors import Refused
        from console.logs import scrub
        from console.migrate import NewerSchema, SchemaBehind

        try:
            return super().invoke(ctx)
        except ConfigError as problem:
            for line in problem.problems:
                click.echo(f"Configuration: {line}", err=True)
        except (NewerSchema, SchemaBehind) as problem:
            click.echo(f"Database: {problem}", err=True)
        except OperationalError as problem:
            click.echo(f"Database: {scrub(str(problem.orig)).strip()}", err=True)
            ctx.exit(1)
        except Refused as refused:
            click.echo(f"Refused: {refused}", err=True)
            ctx.exit(1)
        ctx.exit(EXIT_CODE)


@click.group(cls=Console)
def main() -> None:
    """Run and look after the console."""


def _plugin_command(ctx: click.Context, name: str) -> click.Command | None:
    """Find a plugin's group; groups of one name are one, so plugins can share `import`."""
    from console.cli.application import make_app

    app = make_app(ctx)
    groups = [
        command.group
        for mounted in app.extensions["console"].active()
        for command in mounted.commands
        if command.group.name == name
    ]
    if not groups:
        return None
    commands = {key: each for group in groups for key, each in group.commands.items()}
    return click.Group(name, help=groups[0].help, commands=commands)
