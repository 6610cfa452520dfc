"""The page for guests."""

from __future__ import annotations

from flask import request

from console import api
from sample.api import LONGEST, add_entry

public = api.PublicRoutes("sample", __name__)


@public.get("/<int:store_id>", audience="anyone")
def show_form(store_id: int) -> str:
    """Show the empty form."""
    return api.render_public("sample/form.html", longest=LONGEST.get())


@public.post("/<int:store_id>", audience="anyone")
def keep_entry(store_id: int) -> str | tuple[str, int]:
    """Keep what was written, or show the form again with what is wrong."""
    text = request.form.get("text", "")
    try:
        add_entry(store_id, text)
    except api.Refused as refused:
        told = {"longest": LONGEST.get(), "text": text, "error": refused}
        return api.render_public("sample/form.html", **told), refused.status
    return api.render_public("sample/form.html", done=True)
