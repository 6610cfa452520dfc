"""The manifest: the whole plugin at a glance."""

from __future__ import annotations

from console import api
from console.api import _

from drink import listeners


class FavouriteDrink(api.Plugin):
    """What a member likes to be offered."""

    name, version, title = "drink", "0.1.0", _("Favourite drink")
    summary = _("What a member likes to be offered: in her file and in the member list.")
    requires = {"membership": ">=1"}
    listeners = (listeners,)
