"""The pages on which members are taken in from spreadsheets."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.membership.importing.intake import INTAKE


class MemberImport(api.ImportView):
    """Taking in the members of an earlier system."""

    intake, noun = INTAKE, "import"
    title = _("Import members")
    group, order = "members", 40
