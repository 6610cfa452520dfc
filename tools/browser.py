"""See to it that the browser tests find Chromium and Chinese letters on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library

from tests.support.chromium import find_chromium

#: The last one is needed by the Node.js inside Playwright.
PACKAGES = ("chromium", "fonts-noto-cjk", "libatomic1")


def has_chinese_letters() -> bool:
    """Tell whether some installed font can show Chinese."""
    if not shutil.which("fc-list"):
        return False
    shown = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True)
    return bool(shown.stdout.strip())


def main() -> None:
    """Install what is missing where that is allowed, else name the command that does."""
    if find_chromium() and has_chinese_letters() and find_library("atomic"):
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"The browser tests need Chromium and Chinese letters: sudo {' '.join(command)}")
    print(f"Installing {', '.join(PACKAGES)} …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update"], command):
        subprocess.run(
            [*step, "-qq"],
            check=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


if __name__ == "__main__":
    main()
