"""Drawing parts of pages."""

from __future__ import annotations

from typing import Any

from flask import render_template
from markupsafe import Markup


def draw(template: str, **values: Any) -> Markup:
    """Render one of membership's own templates as a part of a page."""
    html = render_template(f"membership/{template}", **values)
    return Markup(html)  # noqa: S704 - a template escapes
