"""Scanning: a code that is read anywhere in the console opens what it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, redirect, request

from console.admin.shell import render
from console.admin.views import AdminView, page
from console.errors import NotFound, Refused
from console.hookspecs import console_open_scan
from console.i18n import _
from console.security.permissions import USE_CONSOLE

LONGEST = 200


@dataclass(frozen=True)
class Scanned:
    """What a scanned code leads to: the path of a page, or a word why it leads nowhere."""

    url: str = ""
    problem: Any = ""


class Scanning(AdminView):
    """The page to scan on, and the address that every page sends a scanned code to."""

    title = _("Scan a code")
    noun = "scan"
    icon = "qrcode"
    group = None

    @page("/", needs=USE_CONSOLE)
    def index(self) -> str:
        """Show a field for the scanner, and the camera where there is none."""
        return render("system/scan.html", view=self, problem=None)

    @page("/", needs=USE_CONSOLE, methods=("POST",))
    def open(self) -> Any:
        """Open what a code stands for."""
        try:
            url = _find()
        except Refused as problem:
            if request.is_json:
                return {"ok": False, "error": str(problem)}, problem.status
            return render("system/scan.html", view=self, problem=problem), problem.status
        return {"ok": True, "url": url} if request.is_json else redirect(url)


def _find() -> str:
    sent: Any = request.get_json(silent=True) if request.is_json else request.form
    text = str(sent.get("text", "")) if isinstance(sent, Mapping) else ""
    text = "".join(text.split())[:LONGEST]
    if not text:
        raise Refused(_("Scan a code or type it."))
    answers = current_app.extensions["console"].answers(console_open_scan, text=text)
    if not answers:
        raise NotFound(_("Nobody knows this code."))
    found: Scanned = answers[0]
    if found.problem:
        raise Refused(found.problem)
    return found.url
