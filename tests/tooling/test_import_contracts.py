from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SOUND = {
    "console/__init__.py": "",
    "console/api.py": "from console import db",
    "console/db.py": "",
    "console/migrations/__init__.py": "",
    "console/migrations/m0001_first.py": "",
    "plugins/__init__.py": "",
    "plugins/till/__init__.py": "",
    "plugins/till/plugin.py": "from plugins.till import admin\nname, version = 'till', '1.0'",
    "plugins/till/admin.py": "from plugins.till import api",
    "plugins/till/listeners.py": "",
    "plugins/till/api.py": "from plugins.till import services",
    "plugins/till/services.py": "from console import api\nfrom plugins.till import models",
    "plugins/till/models.py": "",
    "plugins/till/migrations/__init__.py": "",
    "plugins/till/migrations/m0001_first.py": "",
    "plugins/shop/__init__.py": "",
    "plugins/shop/plugin.py": "name = 'shop'\nrequires = {'till': '>=1'}",
    "plugins/shop/services.py": "from plugins.till import api",
    "plugins/talk/__init__.py": "",
    "plugins/talk/plugin.py": "name = 'talk'",
}


def lint(folder: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    shutil.copy(ROOT / "setup.cfg", folder)
    shutil.copytree(ROOT / "tools", folder / "tools")
    command = [sys.executable, "-m", "tools.import_contracts"]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True
    )


def test_sound_folders_keep_all_contracts(tmp_path: Path) -> None:
    done = lint(tmp_path, SOUND)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("console/db.py", "from plugins.till import api", "The host knows no plugin"),
        ("plugins/till/models.py", "from console import db", "through console.api only"),
        ("plugins/till/models.py", "import flask_admin", "through console.api only"),
        ("plugins/till/services.py", "from plugins.till import admin", "Layers of till"),
        ("plugins/till/admin.py", "from plugins.till import listeners", "Layers of till"),
        ("plugins/shop/services.py", "from plugins.till import models", "shop sees till"),
        ("plugins/talk/listeners.py", "from plugins.till import api", "talk sees till"),
        (
            "plugins/till/migrations/m0001_first.py",
            "from plugins.till import models",
            "The migrations of till",
        ),
        ("console/migrations/m0001_first.py", "from console import db", "The host's migrations"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(
    tmp_path: Path, file: str, line: str, broken: str
) -> None:
    done = lint(tmp_path, {**SOUND, file: f"{SOUND.get(file, '')}\n{line}"})
    assert done.returncode == 1
    assert any(broken in kept and "BROKEN" in kept for kept in done.stdout.splitlines())
