"""What a scanned QR code leads to."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect

from console import api
from plugins.membership.public import touches
from plugins.membership.public.routes import CARD, routes
from plugins.membership.services.join_codes import count_scan, find_codes
from plugins.membership.services.joining import Touch, touch_member


@routes.get("/join/<token>", audience="anyone")
def join(token: str) -> Any:
    """Remember through which code somebody came, and show her the way to a card.

    A code that is no longer in use leads there as well; that of a person who left says so.
    """
    visitor = api.find_visitor()
    response = redirect("/membership/welcome" if visitor is None else CARD)
    found = find_codes([token])
    if not found:
        return response
    code = found[0]
    if token not in touches.tokens()[-1:]:
        count_scan(code.id)
    if visitor is None:
        touches.keep(response, token)
        if code.ended:
            flash(api.gettext("This QR code has ended, but you are welcome: go on from here."))
    else:
        touch_member(visitor.id, Touch("scan", code.store_id, code.staff_id, code.channel))
    return response
