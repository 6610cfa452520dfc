"""What may be allowed with the ledger."""

from __future__ import annotations

from console import api
from console.api import _

SEE_BOOKS = api.Permission("ledger.see_books", _("See the books"), ("accountant",))
EXPORT_BOOKS = api.Permission("ledger.export_books", _("Export the books"), ("accountant",))
