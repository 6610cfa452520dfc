"""The pages at the console's door: signing in and out, the keypad of a till, the store switch."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Flask,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from console import demo, files, inbox
from console.errors import NotFound, Refused
from console.i18n import LOCALES, _, gettext
from console.security import (
    cookies,
    people,
    reading,
    reveal,
    sessions,
    signin,
    tills,
    upkeep,
    users,
    wizard,
)
from console.security.guard import needs, open_to
from console.security.models import Till
from console.security.paths import own_path
from console.security.permissions import PRESETS, USE_CONSOLE, visible_stores
from console.security.settings import SHOP_NAME

#: Name, password and path: nothing longer belongs into a sign-in form.
FORM_BYTES = 16_384

door = Blueprint("door", __name__)


def install(app: Flask) -> None:
    """Add the pages at the door to *app*."""
    app.register_blueprint(door)
    app.register_blueprint(wizard.setup)
    app.register_blueprint(reveal.blueprint)
    files.install(app)
    upkeep.install()


@door.before_request
def keep_language() -> AnyResponse | None:
    """Remember a language that was chosen at the door, and show the same page in it."""
    chosen = request.args.get("language")
    if request.method != "GET" or chosen not in LOCALES:
        return None
    rest = {key: value for key, value in request.args.items() if key != "language"}
    response = redirect(f"{request.path}?{urlencode(rest)}")
    cookies.put(response, cookies.LANGUAGE, chosen, max_age=cookies.YEAR)
    return response


@door.get("/")
@open_to("anyone")
def sign_in() -> Any:
    """Show the sign-in page; who is signed in goes on to the console."""
    if wizard.is_needed():
        return redirect(url_for("setup.show"))
    found = people.person()
    if found is not None and (found.locked or USE_CONSOLE.held()):
        return redirect(own_path(request.args.get("next")))
    return _show_sign_in(own_path(request.args.get("next")))


@door.post("/")
@open_to("anyone", most_bytes=FORM_BYTES)
def enter() -> Any:
    """Sign in with name and password."""
    target = own_path(request.form.get("next"))
    login = request.form.get("login", "")
    try:
        till = tills.this_till()
        user = signin.find_user(login)
        token = signin.sign_in(login, request.form.get("password", ""), _browser(till, user))
    except Refused as problem:
        return _show_sign_in(target, login=login, problem=problem)
    return _let_in(token, target, till)


@door.post("/demo")
@open_to("anyone", most_bytes=FORM_BYTES)
def enter_demo() -> Any:
    """Sign in by one click as a person of the demo."""
    if not demo.is_on():
        raise NotFound(_("There is no demo here."))
    token = signin.sign_in_to_demo(request.form.get("role", ""), _browser(None))
    return _let_in(token, own_path(request.form.get("next")), None)


@door.post("/console/sign-out")
@open_to("anyone")
def sign_out() -> AnyResponse:
    """End the session on this browser; a copy of its cookie is dead at once."""
    found = people.person()
    if found is not None:
        sessions.end(found.session_id)
    people.forget()
    session.clear()
    target = own_path(request.form.get("next"))
    response = redirect(
        url_for("door.sign_in", next=target) if "next" in request.form else url_for("door.sign_in")
    )
    cookies.drop(response, cookies.STAFF)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@door.post("/console/lock")
@open_to("anyone")
def lock() -> AnyResponse:
    """Lock the till on this browser; elsewhere nothing is locked."""
    found = people.person()
    target = own_path(request.form.get("next"))
    if found is None or found.till_id is None:
        return redirect(target)
    sessions.lock(found.session_id)
    return redirect(url_for("door.locked", next=target))


@door.get("/console/locked")
@open_to("anyone")
def locked() -> Any:
    """Show the keypad of a locked till."""
    target = own_path(request.args.get("next"))
    found = people.person()
    if found is None:
        return redirect(url_for("door.sign_in", next=target))
    if not found.locked:
        return redirect(target)
    return _show_keypad(found, target)


@door.post("/console/unlock")
@open_to("anyone", most_bytes=FORM_BYTES)
def unlock() -> Any:
    """Unlock a till by PIN, for the person who was there or for another one."""
    target = own_path(request.form.get("next"))
    found, till = people.person(), tills.this_till()
    if found is None or till is None or found.till_id != till.id:
        return redirect(url_for("door.sign_in", next=target))
    chosen = request.form.get("person", "")
    user_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    browser = _browser(till)
    try:
        token = signin.sign_in_by_pin(user_id, request.form.get("pin", "")[:6], browser)
    except Refused as problem:
        return _show_keypad(found, target, chosen=user_id, problem=problem)
    people.forget()
    response = redirect(target)
    cookies.put(response, cookies.STAFF, token)
    return response


@door.post("/console/store")
@needs(USE_CONSOLE)
def choose_store() -> AnyResponse:
    """Change to another store, or to all that the person may see."""
    found = people.person()
    chosen = request.form.get("store", "")
    wanted = next((s for s in visible_stores() if str(s.id) == chosen), None)
    if found is None or (wanted is None and chosen not in ("", "0")):
        raise NotFound(_("There is no such store."))
    if found.till_id is not None:
        raise Refused(_("A till belongs to its store."))
    sessions.choose_store(found.session_id, wanted.id if wanted else None)
    return redirect(own_path(request.form.get("url")))


@door.post("/console/preference")
@needs(USE_CONSOLE)
def prefer() -> Any:
    """Keep the colours or the density that a person has chosen."""
    found = people.person()
    chosen = request.get_json(silent=True)
    if found is None or not isinstance(chosen, dict):
        raise Refused(_("This cannot be read."))
    users.choose(found.id, **{str(chosen.get("key")): str(chosen.get("value"))})
    return {"ok": True}


@door.get("/console/pulse")
@needs(USE_CONSOLE)
def pulse() -> Any:
    """Tell a page that is open for long whether its session lives, and how many notices wait."""
    return {"ok": True, "notices": inbox.count_waiting()}


def _show_sign_in(target: str, *, login: str = "", problem: Refused | None = None) -> Any:
    from console.admin import counter

    cards = signin.demo_people() if demo.is_on() else {}
    till = tills.this_till()
    return render_template(
        "door/sign_in.html",
        target=target,
        login=login[: signin.LONGEST_LOGIN],
        problem=problem,
        was_signed_in=request.method == "GET" and bool(cookies.read(cookies.STAFF)),
        till=till,
        entrances=counter.entrances() if cards else [],
        demo=[
            {"role": key, "label": PRESETS[key], "person": who.name} for key, who in cards.items()
        ],
        **frame(url_for("door.sign_in", next=target)),
    ), problem.status if problem else 200


def _show_keypad(
    found: sessions.Person, target: str, *, chosen: int = 0, problem: Refused | None = None
) -> Any:
    people_here = signin.pin_holders(found.store_id or 0)
    return render_template(
        "door/locked.html",
        target=target,
        people=people_here,
        chosen=chosen or found.id,
        person=found,
        problem=problem,
        **frame(url_for("door.locked", next=target)),
    ), problem.status if problem else 200


def frame(url: str) -> dict[str, object]:
    """Return what every page at the door shows round its form."""
    return {
        "lang": reading.html_language(),
        "brand": SHOP_NAME.get() or gettext("Salon console"),
        "home_url": "/",
        "languages": reading.languages(url),
    }


def _let_in(token: str, target: str, till: Till | None) -> AnyResponse:
    if till is not None:
        tills.note_till(till.id)
    people.forget()
    session.clear()
    response = redirect(target)
    cookies.put(response, cookies.STAFF, token)
    return response


def _browser(till: Till | None, user: Any = None) -> signin.Browser:
    """Describe the browser; a till counts only for people who work in its store."""
    found = people.person()
    place = (int(till.id), int(till.store_id)) if till else None
    if place and user is not None and not users.works_in(user.id, place[1]):
        place = None
    return signin.Browser(
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
        till=place,
        replaces=found.session_id if found else None,
    )
