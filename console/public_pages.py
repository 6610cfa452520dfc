"""Members' pages on a phone: their frame, their language and look, and what is shown on errors."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, current_app, render_template, request
from flask import redirect as send_to
from markupsafe import Markup
from werkzeug.wrappers import Response

from console.assets import draw_icon
from console.hookspecs import console_language_changed, console_phone_tabs
from console.i18n import LOCALES, _
from console.security import cookies, reading
from console.security.settings import SHOP_NAME
from console.unit import unit
from console.visitors import PhoneTab, find_visitor, is_public_page, public_path, welcome_path

#: How a phone may look: as the phone itself does, or always light or dark.
LOOKS = (("auto", _("Like the phone")), ("light", _("Light")), ("dark", _("Dark")))
SPRITE = "phone.svg"


def install(app: Flask) -> None:
    """Let pages of members be drawn, and their readers choose language and look."""
    app.before_request(keep_choice)
    app.jinja_env.globals.update(phone_frame=phone_frame, phone_icon=phone_icon)


def render_public(template: str, **context: Any) -> str:
    """Draw a page of members; *template* extends `public/base.html` and may read `visitor`."""
    context.setdefault("visitor", find_visitor())
    return render_template(template, **context)


def render_error(code: int, message: str | None, request_id: str) -> str:
    """Draw the page that tells a member what went wrong, in her language."""
    door = welcome_path(page_path("/")) if code == 401 else None
    return render_template(
        "public/error.html", code=code, message=message, request_id=request_id, door=door
    )


def phone_icon(name: str) -> Markup:
    """Draw an icon of `assets/phone_icons.txt`; a name that is not there becomes a plain dot."""
    return draw_icon(name, sprite=SPRITE)


def phone_frame() -> dict[str, Any]:
    """Return what every page of members shows round its content."""
    return {
        "lang": reading.html_language(),
        "brand": SHOP_NAME.get(),
        "look": chosen_look(),
        "languages": reading.languages(page_path("/")),
        "tabs": _tabs(),
        "looks": [
            {"key": key, "label": label, "url": _with(page_path("/"), "look", key)}
            for key, label in LOOKS
        ],
    }


def _tabs() -> list[PhoneTab]:
    """Return the tabs of a visitor; one alone would lead nowhere else."""
    if find_visitor() is None:
        return []
    brought = current_app.extensions["console"].answers(console_phone_tabs)
    tabs = sorted((tab for each in brought for tab in each), key=lambda tab: tab.order)
    return tabs if len(tabs) > 1 else []


def chosen_look() -> str:
    """Return how this phone is to show pages: auto, light or dark."""
    kept = cookies.read(cookies.PHONE_LOOK)
    return kept if kept in dict(LOOKS) else "auto"


def page_path(default: str) -> str:
    """Return the page that the reader is on; after a form that is the one with the form."""
    if request.method in ("GET", "HEAD"):
        return public_path(request.full_path.rstrip("?"), default)
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.host:
        return default
    query = f"?{came_from.query}" if came_from.query else ""
    return public_path(came_from.path + query, default)


def keep_choice() -> Response | None:
    """Keep a language or look chosen on a member's page, and show the same page in it."""
    if request.method != "GET" or not is_public_page():
        return None
    language, look = request.args.get("language"), request.args.get("look")
    if language not in LOCALES and look not in dict(LOOKS):
        return None
    left = [(k, v) for k, v in request.args.items(multi=True) if k not in ("language", "look")]
    answer = send_to(f"{request.path}{'?' if left else ''}{urlencode(left)}")
    if look in dict(LOOKS):
        cookies.put(answer, cookies.PHONE_LOOK, str(look), max_age=cookies.YEAR)
    if language in LOCALES:
        cookies.put(answer, cookies.PHONE_LANGUAGE, str(language), max_age=cookies.YEAR)
        _tell_plugins(str(language))
    return answer


def _tell_plugins(locale: str) -> None:
    """Tell the plugins which language a visitor reads, unless another site's link chose it."""
    reader = find_visitor()
    if reader is None or reader.locale == locale:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin":
        _store_choice(reader.id, locale)


@unit
def _store_choice(visitor_id: int, locale: str) -> None:
    host = current_app.extensions["console"]
    host.emit(console_language_changed, visitor_id=visitor_id, locale=locale)


def _with(path: str, key: str, value: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{key}={value}"
