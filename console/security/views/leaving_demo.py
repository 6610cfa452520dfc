"""Leaving the demo: everything goes, and the first-run wizard comes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort, current_app, redirect, request, session, url_for

from console import demo
from console.admin import AdminView, page, render
from console.db import db
from console.errors import NotFound
from console.i18n import _, gettext
from console.outbox import Delivery
from console.security import cookies, people
from console.security.permissions import CLEAR_DEMO
from console.security.settings import SHOP_NAME


class LeavingDemo(AdminView):
    """Clear demo data and start."""

    title = _("Clear demo data and start")
    noun = "demo"
    icon = "trash"
    order = 900

    def is_accessible(self) -> bool:
        """Tell whether the menu leads here: only while the demo is on."""
        return demo.is_on() and CLEAR_DEMO.held_everywhere()

    @page("/", needs=CLEAR_DEMO)
    def index(self) -> Any:
        """Say what will go, and ask for the shop's name."""
        _check()
        return self._show()

    @page("/clear", needs=CLEAR_DEMO, methods=("POST",))
    def clear(self) -> Any:
        """Remove everything and lead to the first-run wizard."""
        _check()
        people.ask_for_password()
        if request.form.get("shop", "").strip().casefold() != _shop().casefold():
            return self._show(gettext("That is not the name of the shop.")), 422
        demo.clear()
        people.forget()
        session.clear()
        response = redirect(url_for("setup.show"))
        for name in (cookies.STAFF, cookies.TILL):
            cookies.drop(response, name)
        return response

    def _show(self, problem: str = "") -> str:
        return render(
            "system/leaving_demo.html",
            view=self,
            shop=_shop(),
            going=_what_will_go(),
            problem=problem,
        )


def _check() -> None:
    if not demo.is_on():
        raise NotFound(_("There is no demo here."))
    if not CLEAR_DEMO.held_everywhere():
        abort(403)


def _shop() -> str:
    return SHOP_NAME.get() or gettext("Salon console")


def _what_will_go() -> list[dict[str, Any]]:
    """Return how many records of each list there are."""
    views = current_app.extensions["console_views"]
    counts = [
        {
            "label": view.title,
            "count": db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0,
        }
        for model, view in views.items()
        if model is not Delivery  # The list is named after those that failed; they are few.
    ]
    return [each for each in counts if each["count"]]
