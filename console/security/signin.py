"""Signing in: with a password, with a PIN on a till, or by one click in the demo."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask import current_app

from console import audit
from console.db import db
from console.errors import Refused
from console.hookspecs import console_signin_refused, console_user_signed_in
from console.i18n import _
from console.inbox import notify
from console.security import passwords, rights, sessions, throttle
from console.security.actors import acting_as, actor
from console.security.models import Grant, Role, User
from console.security.permissions import EDIT_USERS, PRESETS
from console.unit import unit

LONGEST_LOGIN = 64


class TooManyTries(Refused):
    """Somebody tried too often; the message says how long to wait."""

    status = 429

    def __init__(self, seconds: int) -> None:
        words = _("Too many tries. Try again in %(count)s seconds.", count=seconds)
        if seconds > 120:
            words = _("Too many tries. Try again in %(count)s minutes.", count=-(-seconds // 60))
        super().__init__(words)
        self.seconds = seconds


class WrongPassword(Refused):
    """The name or the password is wrong; nobody is told which."""

    def __init__(self) -> None:
        super().__init__(_("The sign-in name or the password is wrong."))


class WrongPin(Refused):
    """The PIN is wrong."""

    def __init__(self) -> None:
        super().__init__(_("The PIN is wrong."))


@dataclass(frozen=True)
class Browser:
    """Where a sign-in comes from, and what was there before it."""

    ip: str
    user_agent: str = ""
    till: tuple[int, int] | None = None
    replaces: int | None = None


def sign_in(login: str, password: str, browser: Browser) -> str:
    """Check a password and return the token of a new session.

    Known and unknown names cost the same work and get the same answer.
    """
    login = normalise(login)
    user = find_user(login)
    right = _try(login, browser, user, "password_hash", password, throttle.ACCOUNT)
    if not right or user is None:
        raise WrongPassword
    fresh = passwords.hash_secret(password) if passwords.wants_rehash(user.password_hash) else None
    return _open(user.id, browser, by_pin=False, fresh_hash=fresh)


def sign_in_by_pin(user_id: int, pin: str, browser: Browser) -> str:
    """Check a PIN at a till and return the token of a new session on it."""
    if browser.till is None:
        raise WrongPin
    user = next((u for u in pin_holders(browser.till[1]) if u.id == user_id), None)
    name = f"pin {user_id} till {browser.till[0]}"
    if not _try(name, browser, user, "pin_hash", pin, throttle.PIN):
        raise WrongPin
    return _open(user_id, browser, by_pin=True)


def check_own_password(user_id: int, password: str, ip: str) -> None:
    """Refuse unless *password* is the person's own; tries are counted as at the door."""
    user = db.session.get_one(User, user_id)
    browser = Browser(ip)
    if not _try(user.login, browser, user, "password_hash", password, throttle.ACCOUNT):
        raise Refused(_("The password is wrong."))


def normalise(login: str) -> str:
    """Return a sign-in name as it is kept."""
    return login.strip().casefold()[:LONGEST_LOGIN]


def find_user(login: str) -> User | None:
    """Return the active person with this sign-in name."""
    return db.session.scalars(
        sa.select(User).where(User.login == normalise(login), User.active)
    ).first()


def pin_holders(store_id: int) -> list[User]:
    """Return who may change over to herself by PIN on a till of this store, by name."""
    book = rights.read()
    people = db.session.scalars(
        sa.select(User).where(User.active, User.pin_hash.is_not(None)).order_by(User.name)
    )
    return [u for u in people if (places := book.places(u.id)) is None or store_id in places]


def demo_people() -> dict[str, User]:
    """Return one person of the demo for each preset role that has one, in the order of roles."""
    rows = db.session.execute(
        sa.select(Role.preset, User)
        .join(Grant, Grant.role_id == Role.id)
        .join(User, User.id == Grant.user_id)
        .where(User.demo, User.active, Role.preset.is_not(None))
        .order_by(User.id)
    )
    first: dict[str | None, User] = {}
    for preset, user in rows:
        first.setdefault(preset, user)
    return {preset: first[preset] for preset in PRESETS if preset in first}


def sign_in_to_demo(preset: str, browser: Browser) -> str:
    """Sign in as the demo's person of a role; only while the demo flag is on."""
    person = demo_people().get(preset)
    if person is None:
        raise WrongPassword
    return _open(person.id, browser, by_pin=False)


def open_session(user_id: int, browser: Browser) -> str:
    """Sign in a person who has just proved who she is, such as the owner after the wizard."""
    return _open(user_id, browser, by_pin=False)


def _try(
    name: str,
    browser: Browser,
    user: User | None,
    attribute: str,
    secret: str,
    limit: throttle.Limit,
) -> bool:
    """Count a try under *name*, then look at it; a right one takes its count back."""
    account, address = throttle.name(name, browser.ip), throttle.name(browser.ip)
    hashed: str | None = getattr(user, attribute) if user else None
    user_id = user.id if user else None
    counted = _count(account, address, limit)
    if counted.wait:
        raise TooManyTries(counted.wait)
    if passwords.matches(hashed, secret):
        throttle.forgive(account)
        throttle.take_back(address)
        return True
    _note_refusal(user_id, browser.ip, locked=counted.just_locked)
    return False


@unit
def _count(account: str, address: str, limit: throttle.Limit) -> throttle.Answer:
    counted = throttle.count(account, limit)
    if counted.wait:
        return counted
    crowd = throttle.count(address, throttle.ADDRESS)
    return throttle.Answer(crowd.wait, counted.just_locked)


@unit
def _note_refusal(user_id: int | None, ip: str, *, locked: bool) -> None:
    user = db.session.get(User, user_id) if user_id else None
    login = user.login if user else ""  # an unknown name may be a password in the wrong field
    current_app.extensions["console"].emit(console_signin_refused, login=login, ip=ip)
    if user is None:
        return
    audit.record("refuse_sign_in", user)
    if locked:
        notify(
            _("Sign-in of %(name)s was locked for an hour", name=user.name),
            _("There were too many wrong tries from the address %(ip)s.", ip=ip),
            permission=EDIT_USERS,
        )


@unit
def _open(user_id: int, browser: Browser, *, by_pin: bool, fresh_hash: str | None = None) -> str:
    user = db.session.get_one(User, user_id)
    if fresh_hash is not None:
        user.password_hash = fresh_hash
    token = sessions.start(
        user_id,
        ip=browser.ip,
        user_agent=browser.user_agent,
        till=browser.till,
        by_pin=by_pin,
        replaces=browser.replaces,
    )
    till_id, store_id = browser.till or (None, None)
    who = replace(actor(), user_id=user.id, name=user.name, store_id=store_id, till_id=till_id)
    with acting_as(who):
        audit.record("sign_in_by_pin" if by_pin else "sign_in", user)
    current_app.extensions["console"].emit(console_user_signed_in, user_id=user_id, ip=browser.ip)
    return token
