"""What a view must say before it is mounted, and what Flask-Admin did that ours does not."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from flask_admin.contrib.sqla import ModelView

from console import api
from console.admin import AdminView, ModelAdmin
from console.admin.attributes import BadView
from console.admin.views import BadGroup, MissingPermission
from tests.console.admin.conftest import URL, House
from tests.support import pages, teahouse
from tests.support.app import MakeApp
from tests.support.people import post
from tests.support.teahouse import EDIT, SEE, Guest, GuestAdmin, Rank

#: The pages that Flask-Admin's own view would serve.
ENDPOINTS = {str(each[1]) for each in ModelView._urls}


def check(view: type[AdminView]) -> None:
    view("tea").check_complete()


def view_of(**said: Any) -> type[ModelAdmin]:
    base = {"subject": Rank, "noun": "x", "needs": {"view": SEE}, "list_columns": ("name",)}
    return type("View", (ModelAdmin,), {**base, **said})


def test_a_page_without_a_permission_does_not_load() -> None:
    class Bare(AdminView):
        noun = "bare"

        def index(self) -> str:
            return "open to all"

        index._urls = [("/", ("GET",))]  # type: ignore[attr-defined]

    with pytest.raises(MissingPermission, match="index"):
        check(type("Bare", (AdminView,), {"noun": "bare", "index": Bare.index}))


def test_a_page_says_its_permission_when_it_is_written() -> None:
    with pytest.raises(TypeError):
        api.page("/")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        api.action("Do it")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"needs": {}}, "needs"),
        ({"needs": {"view": SEE, "see": SEE}}, "needs"),
        ({"list_columns": ("nmae",)}, "nmae"),
        ({"filters": ("nmae",)}, "nmae"),
        ({"form": ("nmae",)}, "nmae"),
        ({"search": ("nmae",)}, "nmae"),
        ({"details": ("nmae",)}, "nmae"),
        ({"default_sort": "-nmae"}, "nmae"),
        ({"list_columns": ("name", "name")}, "twice"),
        ({"inline_edit": ("name",)}, "name"),
        ({"column_list": ("name",)}, "column_list"),
        ({"form_columns": ("name",)}, "form_columns"),
        ({"can_delete": True}, "can_delete"),
        (
            {
                "subject": Guest,
                "list_columns": ("balance_fen",),
                "form": ("balance_fen",),
                "inline_edit": ("balance_fen",),
            },
            "balance_fen",
        ),
        (
            {
                "subject": Guest,
                "list_columns": ("phone",),
                "form": ("phone",),
                "inline_edit": ("phone",),
            },
            "phone",
        ),
    ],
)
def test_a_view_that_contradicts_its_model_is_not_mounted(said: Any, match: str) -> None:
    with pytest.raises(BadView, match=match):
        check(view_of(**said))


def test_a_view_must_stand_in_a_group_that_the_menu_has() -> None:
    with pytest.raises(BadGroup, match="somewhere"):
        check(view_of(group="somewhere"))


def test_a_verb_that_is_not_granted_has_no_address(house: House) -> None:
    app = house.app
    rules = {
        rule.endpoint.partition(".")[2]
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("tea_ranks.")
    }
    assert "edit_view" in rules
    assert "export" not in rules


def test_nothing_of_flask_admins_own_pages_is_left() -> None:
    """Every page that Flask-Admin would serve is ours, or is not served."""
    for name in ENDPOINTS:
        ours = getattr(GuestAdmin, name)
        assert ours.__wrapped__.__module__.startswith("console.admin"), name
        assert GuestAdmin("tea").needed(name) is not None


def test_an_error_in_a_view_is_not_covered_up_by_a_second_try(make_app: MakeApp) -> None:
    calls: list[int] = []

    class Clumsy(api.AdminView):
        noun, title = "clumsy", "Clumsy"

        @api.page("/", needs=EDIT)
        def index(self) -> str:
            calls.append(1)
            raise TypeError("the real cause")

    class Clumsies(api.Plugin):
        name, version, title, summary = "tea", "1", "Tea", "Tea"
        permissions: ClassVar[Any] = (EDIT,)
        admin_views: ClassVar[Any] = (Clumsy,)

    app = make_app(plugins=(Clumsies,))
    view = next(
        v for m in app.extensions["console"].mounted.values() for v in m.views if m.name == "tea"
    )
    with app.test_request_context(), pytest.raises(TypeError, match="the real cause"):
        view._run_view(type(view).index.__wrapped__)
    assert calls == [1]


def test_a_stranger_is_sent_to_the_sign_in_page(house: House) -> None:
    number = teahouse.add_guest("Lin", house.here)
    stranger = house.app.test_client()
    for path in (URL, f"{URL}{number}/", f"{URL}{number}/edit/", f"{URL}export/csv/"):
        answer = stranger.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/?")
    for path in ("delete/", "update/", "action/", f"{number}/edit/", "new/"):
        answer = post(stranger, f"{URL}{path}", {"id": str(number)})
        assert answer.status_code == 302
        assert answer.location.startswith("/?")
    owner = house.enter()
    assert pages.ids_of(owner.get(URL).text) == [number]


def test_nothing_is_posted_without_a_token(house: House) -> None:
    number = teahouse.add_guest("Lin", house.here)
    owner = house.enter()
    for path in ("delete/", "update/", "action/", "columns/", f"{number}/edit/", "new/"):
        assert owner.post(f"{URL}{path}", data={"id": str(number)}).status_code == 400
    assert pages.ids_of(owner.get(URL).text) == [number]
