"""What membership answers about members on their phones."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from flask import after_this_request, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.hookspecs import Tile
from plugins.membership.models import Member, MemberCard
from plugins.membership.permissions import SEE_MEMBERS
from plugins.membership.public.routes import COOKIE, keep_token, token_here
from plugins.membership.services.digits import is_code
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.finding import find_by_number
from plugins.membership.services.member_codes import keep_shown, read_code
from plugins.membership.services.visitors import find_session, put_language, touch_session
from plugins.messages.api import Recipient


@api.hookimpl
def console_identify_visitor() -> api.Visitor | None:
    """Return the member whose session this phone's cookie names."""
    token = token_here()
    found = find_session(token) if token else None
    if found is None:
        return None
    if found.is_stale and not api.in_unit() and "X-Asks-Itself" not in request.headers:
        touch_session(found.session_id)
        after_this_request(lambda response: _renew(response, token))
    return api.Visitor(found.member_id, found.name, found.locale)


def _renew(response: Response, token: str) -> Response:
    """Let the phone keep its token for longer, unless this answer gives it another or none."""
    if not any(COOKIE in sent.partition("=")[0] for sent in response.headers.getlist("Set-Cookie")):
        keep_token(response, token)
    return response


@api.hookimpl
def console_welcome_visitor(target: str) -> str:
    """Lead to the page with the two ways to a card."""
    return f"/membership/welcome?next={quote(target, safe='/')}"


@api.hookimpl
def console_phone_tabs() -> Iterable[api.PhoneTab]:
    """Return the ways to the card and to her own details."""
    yield api.PhoneTab(_("Member card"), "credit-card", "/membership/card", order=10)
    yield api.PhoneTab(_("Me"), "user-circle", "/membership/me", order=90)


@api.hookimpl
def console_open_scan(text: str) -> api.Scanned | None:
    """Open the file of the member whose code, or whose number on a card, was scanned."""
    numbered = [] if is_code(text) else find_by_number(text)
    if not is_code(text) and not numbered:
        return None
    if not SEE_MEMBERS.held():
        return api.Scanned(problem=_("You are not allowed to see members."))
    if numbered:
        return _file_of(numbered[0])
    try:
        member = api.db.session.get_one(Member, read_code(text))
        ticket = keep_shown(text)
    except api.Refused as refused:
        return api.Scanned(problem=refused)
    return _file_of(member, f"?shown={ticket}")


def _file_of(member: Member, shown: str = "") -> api.Scanned:
    if api.find_record(Member, member.id, SEE_MEMBERS) is None:
        return api.Scanned(f"/console/membership/members/elsewhere?q={member.number}")
    return api.Scanned(f"/console/membership/members/{member.id}/{shown}")


@api.hookimpl
def console_language_changed(visitor_id: int, locale: str) -> None:
    """Keep the language in which a member reads, for messages to her."""
    put_language(visitor_id, locale)


@api.hookimpl
def messages_find_recipient(member_id: int) -> Recipient | None:
    """Return how a member is written to; nobody who is gone."""
    member = api.db.session.get(Member, member_id)
    if member is None or member.gone_at is not None:
        return None
    card = api.db.session.get(MemberCard, member_id)
    return Recipient(
        member.name,
        member.phone,
        card.locale if card else None,
        member.may_market,
        member.home_store_id,
    )


@api.hookimpl
def membership_tiles(member_id: int) -> Iterable[Tile]:
    """Return the tiles that membership itself can fill."""
    held = holdings_of(member_id)
    left = sum(count for _card, count in held.sessions)
    history = "/membership/history"
    balance = api.lazy_pgettext("member card", "Balance")
    yield Tile("balance", balance, "/membership/balance", api.format_fen(held.balance_fen))
    yield Tile("points", _("Points"), "/membership/points", f"{held.points:,}")
    yield Tile("services", _("Remaining services"), "/membership/services", f"{left:,}")
    yield Tile("history", _("Spending history"), history)
