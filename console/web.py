"""What holds for every request and every answer."""

from __future__ import annotations

import secrets

from flask import Flask, g

from console import assets
from console.money import format_fen


def install(app: Flask) -> None:
    """Add headers, error pages, health checks and the words of templates."""
    assets.install(app)
    app.jinja_env.filters["money"] = format_fen
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """Return the nonce of this answer's own scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)
