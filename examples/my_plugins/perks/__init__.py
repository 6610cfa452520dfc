"""A tile on the member card, and the page behind it."""

from __future__ import annotations

from collections.abc import Iterable

from console import api
from console.api import _
from plugins.membership.api import Member, Tile

public = api.PublicRoutes("perks", __name__)


@public.get("/mine", audience="visitor")
def show_perks() -> str:
    """Show a member since when she is one."""
    member = api.db.session.get_one(Member, api.visitor().id)
    return api.render_public("perks/mine.html", since=member.joined_on)


class Perks(api.Plugin):
    """What long membership is worth."""

    name, version, title = "perks", "1.0", _("Perks")
    summary = _("Tells members since when they are with us.")
    requires = {"membership": ">=1"}
    public_routes = (public,)

    @api.hookimpl
    def membership_tiles(self, member_id: int) -> Iterable[Tile]:
        """Lead from the card to the page."""
        yield Tile("perks", _("My perks"), "/perks/mine", icon="gift")
