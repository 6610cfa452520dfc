"""The manifest: the whole plugin at a glance."""

from __future__ import annotations

from console import api
from console.api import _
from sample.admin import EntryAdmin
from sample.hookspecs import sample_entry_added
from sample.permissions import FINISH, SEE
from sample.public import public
from sample.services import LONGEST


class Sample(api.Plugin):
    """Guests write something, staff mark what is done."""

    name, version, title = "sample", "0.1.0", _("Sample box")
    summary = _("Guests write something, staff mark what is done.")
    permissions = (SEE, FINISH)
    hooks = (sample_entry_added,)
    settings = (LONGEST,)
    admin_views = (EntryAdmin,)
    public_routes = (public,)
