"""The address of a database in Django's words."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit


def database(url: str) -> dict[str, object]:
    """Return the settings of a database."""
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.partition("///")[2]}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": parts.username,
        "HOST": parse_qs(parts.query)["host"][0],
        "CONN_MAX_AGE": 600,
    }
