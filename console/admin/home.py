"""The home page: the cards of all plugins that have something to show to this person."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, url_for
from werkzeug.wrappers import Response

from console.admin import tour
from console.admin.menu import HOME
from console.admin.shell import render
from console.admin.views import AdminView, page
from console.db import db
from console.host.attempt import attempt
from console.i18n import _
from console.plugin import Card
from console.security.permissions import USE_CONSOLE


class Home(AdminView):
    """Where everybody arrives after signing in."""

    title = _("Home")
    noun = "home"
    icon = "layout-dashboard"
    group = HOME
    order = 0

    @property
    def place(self) -> tuple[str, str]:
        return "console_home", "/console"

    @page("/", needs=USE_CONSOLE)
    def index(self) -> str:
        """Show the cards."""
        return render("console/home.html", view=self, cards=shown_cards(), tour=tour.shown())

    @page("/tour/<key>", methods=("POST",), needs=USE_CONSOLE)
    def tour_stop(self, key: str) -> Response:
        """Tick a stop of the tour off, and go there."""
        return redirect(tour.go(key))

    @page("/tour", methods=("POST",), needs=USE_CONSOLE)
    def close_tour(self) -> Response:
        """Put the tour away for good."""
        tour.close()
        return redirect(url_for(".index"))


def shown_cards() -> list[dict[str, Any]]:
    """Return the cards that the person may see and that have something to show, in order."""
    host = current_app.extensions["console"]
    cards = [card for mounted in host.active() for card in mounted.cards if card.needs.held()]
    drawn = [(card, _draw(card)) for card in sorted(cards, key=lambda card: card.order)]
    return [
        {"key": card.key, "html": html, "wide": card.wide}
        for card, html in drawn
        if html is not None
    ]


def _draw(card: Card) -> Any:
    """Draw a card; one that fails is left out, and the page stands."""
    drawn: list[Any] = []
    problem = attempt(lambda: drawn.append(card.render()))
    if problem is None:
        return drawn[0]
    db.session.rollback()
    current_app.logger.error("the card %s failed", card.key, exc_info=problem)
    return None
