"""Write the import contracts from the folders and check them, so that no new plugin is missed.

setup.cfg holds what never changes; the contracts of each plugin are added here.
"""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WRITTEN = Path("build/importlinter.cfg")
#: What plugins see of the host.
FRONT_DOOR = {"api", "testing"}
#: What the host hides from plugins behind its own words.
HIDDEN = ["flask_admin", "flask_babel", "flask_login", "flask_sqlalchemy", "flask_wtf", "pluggy"]
#: From the top down; a module imports only what is below it.
LAYERS = [
    "plugin",
    "(admin) | (public) | (jobs) | (listeners)",
    "(api)",
    "(services)",
    "(hookspecs) : (models)",
]


@dataclass(frozen=True)
class PluginFolder:
    """One plugin in plugins/: its import path and what its manifest requires."""

    package: str
    name: str
    requires: frozenset[str]
    modules: frozenset[str]


def list_modules(folder: Path) -> frozenset[str]:
    """Return the names of the modules and packages right inside a package's folder."""
    files = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    return frozenset(files | {file.parent.name for file in folder.glob("*/__init__.py")})


def read_assignments(file: Path) -> Iterator[tuple[str, ast.expr]]:
    """Yield what a module assigns to plain names, in `a = 1` and in `a, b = 1, 2`."""
    for node in ast.walk(ast.parse(file.read_text())):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.AnnAssign) and node.value:
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.Assign):
            pairs = [(node.targets[0], node.value)]
        for target, value in pairs:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs += zip(target.elts, value.elts, strict=True)
            elif isinstance(target, ast.Name):
                yield target.id, value


def read_manifest(file: Path) -> PluginFolder:
    """Read a plugin's name and requirements without importing it."""
    values = dict(read_assignments(file))
    try:
        name = ast.literal_eval(values["name"])
        requires = ast.literal_eval(values["requires"]) if "requires" in values else {}
    except (KeyError, ValueError):
        sys.exit(f"{file}: name and requires must be written out in full")
    return PluginFolder(
        package=".".join(file.parent.parts),
        name=name,
        requires=frozenset(requires),
        modules=list_modules(file.parent),
    )


def forbid(sources: list[str], targets: list[str]) -> dict[str, object]:
    """Return a contract against direct imports of the targets."""
    return {
        "type": "forbidden",
        "source_modules": sources,
        "forbidden_modules": targets,
        "allow_indirect_imports": True,
    }


def add_host(contracts: dict[str, dict[str, object]]) -> None:
    """Add what every plugin and every migration of the host must keep to."""
    behind = sorted(list_modules(Path("console")) - FRONT_DOOR)
    hidden = [*(f"console.{module}" for module in behind), *HIDDEN]
    contracts["Plugins see the host through console.api only"] = forbid(["plugins"], hidden)
    if "migrations" in behind:
        living = [f"console.{module}" for module in behind if module != "migrations"]
        contracts["The host's migrations import no living code"] = forbid(
            ["console.migrations"], ["console.api", *living]
        )


def add_plugin(
    contracts: dict[str, dict[str, object]], plugin: PluginFolder, others: list[PluginFolder]
) -> None:
    """Add the layers inside one plugin and the ways from it to its neighbours."""
    contracts[f"Layers of {plugin.name}"] = {
        "type": "layers",
        "containers": [plugin.package],
        "layers": LAYERS,
    }
    for other in others:
        private = other.modules if other.name not in plugin.requires else other.modules - {"api"}
        if private:
            contracts[f"{plugin.name} sees {other.name} through its api, if it requires it"] = (
                forbid([plugin.package], [f"{other.package}.{name}" for name in sorted(private)])
            )
    if "migrations" in plugin.modules:
        living = [f"{plugin.package}.{name}" for name in sorted(plugin.modules - {"migrations"})]
        contracts[f"The migrations of {plugin.name} import no living code"] = forbid(
            [f"{plugin.package}.migrations"], ["console", *living]
        )


def write_contracts() -> None:
    """Write setup.cfg's part and the parts found in the folders into one file."""
    standing = configparser.ConfigParser()
    standing.read("setup.cfg")
    written = configparser.ConfigParser()
    for section in standing.sections():
        if section.startswith("importlinter"):
            written[section] = dict(standing[section])
    contracts: dict[str, dict[str, object]] = {}
    add_host(contracts)
    found = [read_manifest(file) for file in sorted(Path("plugins").rglob("plugin.py"))]
    for plugin in found:
        add_plugin(contracts, plugin, [other for other in found if other is not plugin])
    for number, (name, contract) in enumerate(contracts.items()):
        lines = {
            key: "\n" + "\n".join(value) if isinstance(value, list) else str(value)
            for key, value in contract.items()
        }
        written[f"importlinter:contract:{number}"] = {"name": name, **lines}
    WRITTEN.parent.mkdir(exist_ok=True)
    with WRITTEN.open("w") as file:
        written.write(file)


def main() -> None:
    """Write the contracts and let import-linter check them."""
    write_contracts()
    linter = Path(sys.executable).parent / "lint-imports"
    sys.exit(subprocess.run([linter, "--no-logo", "--config", WRITTEN]).returncode)


if __name__ == "__main__":
    main()
