"""`python -m console` is `console`."""

from __future__ import annotations

from console.cli import main

main()
