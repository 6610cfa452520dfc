"""What may be allowed, and which preset roles have it from the start."""

from __future__ import annotations

from console import api
from console.api import _

ROLES = ("manager", "front_desk")
SEE = api.Permission("sample.see_entries", _("See what guests wrote"), ROLES)
FINISH = api.Permission("sample.finish_entries", _("Take care of it"), ROLES)
