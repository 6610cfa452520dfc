"""What axe-core finds on a page that stands in a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
#: What passed is told as well, at length; only what failed is sent out of the page.
BRIEF = """told => told.violations.map(
  each => [each.id, each.nodes.slice(0, 3).map(node => node.target.join(' '))])"""


def bring_axe(context: BrowserContext) -> None:
    """Have axe in every page that is opened from now on, which is quicker for many of them."""
    context.add_init_script(path=AXE)


def violations(page: Page, **asked: Any) -> list[str]:
    """Return what axe finds, with three places each; *asked* are its options."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    # A preload fetches the styles once more for a rule about video, which no page has; what
    # stands in a frame is a page of its own.
    options = json.dumps(
        {"resultTypes": ["violations"], "preload": False, "iframes": False, **asked}
    )
    found = page.evaluate(f"axe.run(document, {options}).then({BRIEF})")
    return [f"{rule} at {place}" for rule, places in found for place in places]
