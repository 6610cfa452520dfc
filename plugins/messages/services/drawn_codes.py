"""Drawing a code when it is sent, and keeping nothing of it but a keyed hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

import sqlalchemy as sa
from flask import current_app

from console import api
from plugins.messages.hookspecs import Letter
from plugins.messages.models import AskingPhone, Code
from plugins.messages.services.texts import write_letter

MINUTES = 10
KEPT = dt.timedelta(days=2)


def write_code(code: Code, *, key: str) -> Letter:
    """Draw a code, in the unit that takes its letter up, and write that letter."""
    drawn = f"{secrets.randbelow(1_000_000):06}"
    code.code_hash = hash_code(code.phone_key, code.purpose, drawn)
    with api.speaking(code.locale):
        text = api.gettext(
            "%(code)s is your code. It is good for %(minutes)s minutes. Tell it to nobody.",
            code=drawn,
            minutes=MINUTES,
        )
        text = write_letter(text, "service")
        title = api.gettext("SMS code")
    return Letter(key, code.phone, text, title, locale=code.locale, secret=True)


def hash_phone(phone: str) -> str:
    """Return the keyed hash under which codes for a phone are kept."""
    return _keyed(b"messages phone", phone)


def hash_code(phone_key: str, purpose: str, code: str) -> str:
    """Return the keyed hash of a code; without the key a million tries would find it."""
    return _keyed(b"messages code", f"{phone_key}:{purpose}:{code}")


def _keyed(what: bytes, text: str) -> str:
    key = hashlib.blake2b(str(current_app.secret_key).encode(), person=what).digest()
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def prune_codes() -> None:
    """Forget codes and askers of former days; call it in a unit."""
    old = api.now() - KEPT
    api.db.session.execute(sa.delete(Code).where(Code.asked_at < old))
    api.db.session.execute(sa.delete(AskingPhone).where(AskingPhone.last_at < old))
