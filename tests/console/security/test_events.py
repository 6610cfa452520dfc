"""What plugins are told about signing in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.outbox import Delivery
from tests.support.app import MakeApp
from tests.support.people import add_person, enter, login_of


class Ear(api.Plugin):
    """Listens at the door."""

    name, version, title, summary = "ear", "1.0", "Ear", "Listens."

    @api.hookimpl
    def console_user_signed_in(self, user_id: int, ip: str) -> None:
        """Hear who came in."""

    @api.hookimpl
    def console_signin_refused(self, login: str, ip: str) -> None:
        """Hear who did not."""


def heard() -> list[tuple[str, Any]]:
    """Return what waits for the ear, in order."""
    told = sa.select(Delivery.event, Delivery.facts).where(Delivery.plugin == "ear")
    return [(event, facts) for event, facts in api.db.session.execute(told.order_by(Delivery.id))]


def test_plugins_hear_who_signed_in_and_who_was_refused(make_app: MakeApp) -> None:
    app = make_app(plugins=(Ear,))
    with app.app_context():
        person = add_person("owner")
        login = login_of(person)
        assert enter(app.test_client(), login, "not hers").status_code == 422
        assert enter(app.test_client(), login).status_code == 302
        assert heard() == [
            ("console_signin_refused", {"login": login, "ip": "127.0.0.1"}),
            ("console_user_signed_in", {"user_id": person, "ip": "127.0.0.1"}),
        ]
