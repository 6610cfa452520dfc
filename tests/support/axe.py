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


#: Marks what stands in a page for the first time in this browser: elements with a text of their
#: own whose tags, classes and states, up to the root, and whose colours no page before had.
MARK_NEW = """([mark, shelf]) => {
  const known = new Set(JSON.parse(localStorage.getItem(shelf) ?? '[]'));
  const fades = ['class', 'style', 'type', 'role', 'disabled', 'aria-selected', 'aria-current',
    'aria-expanded', 'aria-invalid', 'aria-pressed', 'aria-disabled', 'open', 'data-state'];
  const looks = new Map();
  const lookOf = element => {
    if (!element) return '';
    if (!looks.has(element)) {
      const own = fades.map(name => element.getAttribute(name) ?? '').join('|');
      looks.set(element, `${lookOf(element.parentElement)}>${element.localName}|${own}`);
    }
    return looks.get(element);
  };
  let found = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.hasAttribute(mark)) continue;
    const style = getComputedStyle(element);
    const look = `${lookOf(element)} ${style.color} ${style.backgroundColor} ${style.fontSize}`;
    if (known.has(look)) continue;
    known.add(look);
    element.setAttribute(mark, '');
    found += 1;
  }
  localStorage.setItem(shelf, JSON.stringify([...known]));
  return found;
}"""


def bring_axe(context: BrowserContext) -> None:
    """Have axe in every page that is opened from now on, which is quicker for many of them."""
    context.add_init_script(path=AXE)


def mark_new(page: Page, mark: str) -> int:
    """Mark the texts that look like none on the pages before, and return how many there are."""
    found: int = page.evaluate(MARK_NEW, [mark, f"known:{mark}"])
    return found


def violations(page: Page, only_in: str | None = None, **asked: Any) -> list[str]:
    """Return what axe finds, with three places each; *asked* are its options.

    *only_in* is a selector: axe then looks at these elements alone.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    # A preload fetches the styles once more for a rule about video, which no page has; what
    # stands in a frame is a page of its own.
    options = json.dumps(
        {"resultTypes": ["violations"], "preload": False, "iframes": False, **asked}
    )
    where = "document" if only_in is None else json.dumps({"include": [[only_in]]})
    found = page.evaluate(f"axe.run({where}, {options}).then({BRIEF})")
    return [f"{rule} at {place}" for rule, places in found for place in places]
