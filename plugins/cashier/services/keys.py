"""Keys of forms: made when a page is drawn, so that what is sent twice is done once."""

from __future__ import annotations

import secrets

from console import api


def new_key() -> str:
    """Return a key that no other form has: the time, then chance."""
    moment = int(api.now().timestamp() * 1000)
    return f"{moment:011x}{secrets.token_hex(10)}"
