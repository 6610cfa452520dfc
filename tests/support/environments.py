"""Fresh Python environments, as an author of plugins makes them, without asking a registry."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

#: pip neither resolves nor downloads: what plugins need stands in the environment of the tests.
OFFLINE = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
    "PIP_ROOT_USER_ACTION": "ignore",
}
COMMAND = "#!{python}\nfrom console.cli import main\n\nmain()\n"


@dataclass(frozen=True)
class Environment:
    """An environment with the console in it, and nobody's plugins."""

    folder: Path
    environ: dict[str, str]

    def run(self, *command: str | Path, cwd: Path) -> str:
        """Run a command to its end and return what it said; it must succeed."""
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"
        return done.stdout

    def python(self, *arguments: str | Path, cwd: Path) -> str:
        """Run Python, which finds packages where they were installed and not in *cwd*."""
        return self.run(self.folder / "bin" / "python", "-P", *arguments, cwd=cwd)


def make_environment(folder: Path, **more: str) -> Environment:
    """Make an environment that sees what is installed beside the tests, and add `console`."""
    venv.create(folder, symlinks=True, with_pip=False)
    scheme = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", vars=scheme))
    beside = sysconfig.get_path("purelib")
    (site / "beside.pth").write_text(f"import site; site.addsitedir({beside!r})\n")
    binaries = folder / "bin"
    for name, text in {
        "console": COMMAND,
        "pip": "#!{python}\nfrom pip._internal.cli.main import main\n\nmain()\n",
        "pytest": "#!{python}\nimport pytest\n\nraise SystemExit(pytest.main())\n",
    }.items():
        (binaries / name).write_text(text.format(python=binaries / "python"))
        (binaries / name).chmod(0o755)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONSOLE_", "PYTEST", "PYTHON", "COV_"))
    }
    path = os.pathsep.join((str(binaries), str(Path(sys.executable).parent), os.environ["PATH"]))
    told = {"PATH": path, **OFFLINE, **more}
    return Environment(folder, {**inherited, **told})
