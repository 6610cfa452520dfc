"""The pages for guests: at the door for anyone, and a member's own."""

from __future__ import annotations

from console import api
from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from walkin.api import count_waiting, take_number, tickets_of

public = api.PublicRoutes("walkin", __name__)


@public.get("/<int:store_id>", audience="anyone")
def show_door(store_id: int) -> str:
    """Show the page behind the code at the door: who waits, and the guest's own number."""
    if api.db.session.get(api.Store, store_id) is None:
        abort(404)
    number = request.args.get("number", type=int)
    waiting = count_waiting(store_id, before=number)
    return api.render_public("walkin/door.html", number=number, waiting=waiting)


@public.post("/<int:store_id>", audience="anyone")
def take_ticket(store_id: int) -> Response:
    """Hand the guest her number; who is signed in on her phone finds it there again."""
    visitor = api.find_visitor()
    number = take_number(store_id, visitor.id if visitor else None)
    return redirect(url_for(".show_door", store_id=store_id, number=number))


@public.get("/mine", audience="visitor")
def show_mine() -> str:
    """Show a member the numbers that she took."""
    return api.render_public("walkin/mine.html", tickets=tickets_of(api.visitor().id))
