"""People of the staff as tests need them; `console.testing` has them."""

from __future__ import annotations

from console.testing.people import (
    PASSWORD,
    SignIn,
    add_person,
    add_store,
    enter,
    login_of,
    post,
    token_of,
)

__all__ = [
    "PASSWORD",
    "SignIn",
    "add_person",
    "add_store",
    "enter",
    "login_of",
    "post",
    "token_of",
]
