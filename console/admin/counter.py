"""The demo's counter: the staff's screen beside a member's phone, on one page."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app

from console import demo
from console.admin.shell import render
from console.errors import NotFound
from console.i18n import _
from console.plugin import DemoEntrance, DemoPane
from console.security.guard import needs
from console.security.permissions import USE_CONSOLE

counter = Blueprint("demo_counter", __name__)


def install(app: Flask) -> None:
    """Add the counter to *app*."""
    app.register_blueprint(counter)


@counter.get("/demo/counter")
@needs(USE_CONSOLE)
def show() -> str:
    """Show what the plugins bring for both sides of the counter."""
    if not demo.is_on():
        raise NotFound(_("There is no demo here."))
    shown = panes()
    return render(
        "system/counter.html",
        staff=[pane for pane in shown if pane.side == "staff"],
        phones=[pane for pane in shown if pane.side == "phone"],
        entrances=entrances(),
    )


def panes() -> list[DemoPane]:
    """Return the panes of all plugins that are switched on, in their order."""
    active = current_app.extensions["console"].active()
    found = [pane for mounted in active for part in mounted.demo for pane in part.panes]
    return sorted(found, key=lambda pane: pane.order)


def entrances() -> list[DemoEntrance]:
    """Return the ways into the demo that plugins add to those of the staff."""
    active = current_app.extensions["console"].active()
    return [each for mounted in active for part in mounted.demo for each in part.entrances]
