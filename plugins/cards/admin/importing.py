"""The pages on which cards are taken in from spreadsheets."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.cards.importing.intake import INTAKE


class CardImport(api.ImportView):
    """Taking in the cards of an earlier system."""

    intake, noun = INTAKE, "import"
    title = _("Import cards")
    group, order = "cards", 45
