"""Drawing the ledger's own templates."""

from __future__ import annotations

from typing import Any

from flask import render_template
from markupsafe import Markup

from plugins.ledger import words
from plugins.ledger.chart import CODES


def draw(template: str, **values: Any) -> Markup:
    """Render a template with the words of the ledger at hand."""
    return Markup(  # noqa: S704 - a template escapes
        render_template(
            f"ledger/{template}",
            amount=words.show_amount,
            unit=words.show_unit,
            name=words.Owners().show_account,
            code=lambda code: CODES.get(code, code),
            **values,
        )
    )
