"""QR codes to join by: made, printed and counted."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request
from markupsafe import Markup

from console import api
from console.api import _
from plugins.membership.admin.drawing import draw
from plugins.membership.models import JoinCode
from plugins.membership.permissions import EDIT_JOIN_CODES, SEE_JOIN_CODES
from plugins.membership.services.join_codes import new_token
from plugins.salon.api import Staff

HOME = "/console/membership/join-codes/"
LONGEST_CHANNEL = 40


def link_of(code: JoinCode) -> str:
    """Return the whole address that a code stands for."""
    return f"{(api.base_url() or request.url_root).rstrip('/')}/membership/join/{code.token}"


def draw_link(code: JoinCode) -> Markup:
    """Draw a code that is large enough for a poster and dense enough for a card."""
    return api.draw_qr(link_of(code), error="q", scale=4, border=4)


class JoinCodeAdmin(api.ModelAdmin):
    """The codes at doors, on tills and flyers, each for a store, perhaps a person, a channel."""

    subject, noun = JoinCode, "join-codes"
    title, singular = _("QR codes"), _("QR code")
    icon, group, order = "qrcode", "members", 40
    needs = {
        "view": SEE_JOIN_CODES,
        "create": EDIT_JOIN_CODES,
        "edit": EDIT_JOIN_CODES,
        "export": SEE_JOIN_CODES,
    }
    list_columns = ("channel", "store_id", "staff_id", "scans", "joins", "active", "created_at")
    filters = ("store_id", "staff_id", "active", "created_at")
    search = ("channel", "token")
    form = ("store_id", "staff_id", "channel", "active")
    inline_edit = ("channel",)
    details = ("store_id", "staff_id", "channel", "scans", "joins", "active", "created_at")
    empty_hint = _("Make a code for the door or a flyer, and see who came by it.")

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        record.channel = (record.channel or "").strip()[:LONGEST_CHANNEL]
        if created:
            record.token, record.created_at = new_token(), api.now()
            record.created_by = api.actor().user_id
            record.scans = record.joins = 0
        staff = api.db.session.get(Staff, record.staff_id) if record.staff_id else None
        if staff is not None and record.store_id not in {store.id for store in staff.stores}:
            raise api.Refused(_("This person does not work in the store."))
        if staff is not None and staff.left_on is not None and record.active:
            raise api.Refused(_("%(name)s has left.", name=staff.name))

    def panels(self, record: Any) -> list[api.Panel]:
        html = draw("_join_code.html", drawn=draw_link(record), link=link_of(record))
        return [api.Panel(_("QR code"), html, 10)]

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        home = f"{HOME}{record.id}"
        ways = ((_("Print"), "print"), (_("As SVG"), "qr.svg"), (_("As PNG"), "qr.png"))
        return [
            api.RecordAction(label, f"{home}/{page}", SEE_JOIN_CODES, method="GET")
            for label, page in ways
        ]

    @api.page("/<int:number>/print", needs=SEE_JOIN_CODES)
    def print_page(self, number: int) -> Any:
        """Show a page to print and hang up."""
        code = _reach(number)
        return api.render(
            "membership/join_poster.html", view=self, code=code, drawn=draw_link(code)
        )

    @api.page("/<int:number>/qr.svg", needs=SEE_JOIN_CODES)
    def send_svg(self, number: int) -> Response:
        """Send the code as a drawing for printers."""
        return _send(number, "svg", "image/svg+xml", scale=10)

    @api.page("/<int:number>/qr.png", needs=SEE_JOIN_CODES)
    def send_png(self, number: int) -> Response:
        """Send the code as a picture for posts."""
        return _send(number, "png", "image/png", scale=24)


def _reach(number: int) -> JoinCode:
    code: JoinCode | None = api.find_record(JoinCode, number, SEE_JOIN_CODES)
    return abort(404) if code is None else code


def _send(number: int, kind: str, mimetype: str, *, scale: int) -> Response:
    code = _reach(number)
    written = api.save_qr(link_of(code), kind, scale=scale)
    response = Response(written, mimetype=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename=join-{code.token}.{kind}"
    return response
