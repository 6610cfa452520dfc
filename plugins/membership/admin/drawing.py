"""Drawing parts of pages."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template
from markupsafe import Markup


def draw(template: str, **values: Any) -> Markup:
    """Render one of membership's own templates as a part of a page."""
    html = render_template(f"membership/{template}", **values)
    return Markup(html)  # noqa: S704 - a template escapes


def say_done(text: str, undo_url: str = "") -> None:
    """Tell the person what was done, and offer to take it back where there is a way."""
    if undo_url:
        flash({"text": text, "undo_url": undo_url}, "success")  # type: ignore[arg-type]
    else:
        flash(text, "success")
