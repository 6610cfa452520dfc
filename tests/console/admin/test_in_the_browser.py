"""Lists and forms as a person uses them, with mouse, keyboard and finger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Response, expect

from tests.console.admin.conftest import URL, House
from tests.support import teahouse
from tests.support.axe import violations
from tests.support.live import Live, choose
from tests.support.people import add_person, enter, login_of

GUESTS = ("Ann", "Bea", "Cleo", "Dora", "Eve")
pytestmark = [pytest.mark.any_engine]
Open = Callable[..., Page]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1440, "height": 900})
    yield made
    made.close()


@pytest.fixture
def opened(house: House, live: Live, context: BrowserContext) -> Open:
    """Open a path as an owner who reads English; five guests are there."""
    for number, name in enumerate(GUESTS):
        teahouse.add_guest(name, house.here, visits=number, sort="green")
    person = add_person("owner")
    choose(person, locale="en")
    client = house.app.test_client()
    enter(client, login_of(person))
    live.let_in(context, client)
    page = context.new_page()

    def open_path(path: str = URL) -> Page:
        shown: Page = live.open(page, path)
        return shown

    return open_path


def row(page: Page, name: str) -> Any:
    """Return the row of a guest."""
    return page.locator(f'tr[data-label="{name}"]')


def test_a_key_does_what_the_buttons_show(opened: Open) -> None:
    page = opened()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Search")
    expect(sheet).to_contain_text("New guest")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("nan?")
    expect(page.get_by_role("searchbox")).to_have_value("nan?")
    page.get_by_role("searchbox").blur()
    page.keyboard.press("n")
    page.wait_for_url("**/guests/new**")


def test_enter_saves_a_cell_and_escape_leaves_it(opened: Open) -> None:
    page = opened()
    visits = row(page, "Ann").locator("[data-edit=visits]")
    visits.click()
    page.get_by_role("textbox", name="Visits", exact=True).fill("12")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Saved")
    visits.click()
    page.get_by_role("textbox", name="Visits", exact=True).fill("99")
    page.keyboard.press("Escape")
    expect(visits).to_have_text("12")
    page.reload()
    expect(visits).to_have_text("12")


def test_a_refused_cell_goes_back_and_says_why_and_keeps_what_was_typed(opened: Open) -> None:
    page = opened()
    visits = row(page, "Ann").locator("[data-edit=visits]")
    visits.click()
    page.get_by_role("textbox", name="Visits", exact=True).fill("many")
    page.keyboard.press("Enter")
    expect(row(page, "Ann").get_by_role("alert")).to_be_visible()
    expect(visits).to_have_text("0")
    page.get_by_role("button", name="Edit again").click()
    expect(page.get_by_role("textbox", name="Visits", exact=True)).to_have_value("many")


def test_rows_are_picked_with_shift_and_acted_on_together(opened: Open) -> None:
    page = opened()
    boxes = page.locator("tbody .pick input")
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selection")
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Greet").click()
    expect(page.locator("#toasts")).to_contain_text("3 greeted")


def test_a_delete_names_what_would_go(opened: Open) -> None:
    page = opened()
    row(page, "Bea").get_by_role("button", name="Delete Bea").click()
    box = page.get_by_role("dialog", name="Please confirm")
    expect(box).to_contain_text("Bea")
    box.get_by_role("button", name="Cancel").click()
    expect(row(page, "Bea")).to_be_visible()
    row(page, "Bea").get_by_role("button", name="Delete Bea").click()
    box.get_by_role("button", name="Delete").click()
    expect(row(page, "Bea")).to_have_count(0)
    expect(row(page, "Ann")).to_be_visible()


def test_columns_are_hidden_moved_and_reset_by_keyboard(opened: Open) -> None:
    page = opened()
    heads = page.locator("thead th:not(.pick, .row-actions)")
    before = heads.all_inner_texts()
    page.get_by_role("button", name="Columns").press("Enter")
    page.get_by_role("checkbox", name="Phone", exact=True).press("Space")
    page.get_by_role("button", name="Move Balance up").press("Enter")
    expect(page.get_by_role("button", name="Move Balance up")).to_be_focused()
    with page.expect_navigation():
        page.get_by_role("button", name="Apply").press("Enter")
    expect(heads).to_have_count(len(before) - 1)
    now = heads.all_inner_texts()
    assert now.index("Balance") == before.index("Balance") - 2
    page.get_by_role("button", name="Columns").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Reset").click()
    assert heads.all_inner_texts() == before


def test_filters_are_joined_and_stand_in_the_address(opened: Open) -> None:
    page = opened()
    for label, value in (("Visits", "2"), ("Name", "e")):
        page.get_by_role("button", name="Add filter").click()
        page.locator("[data-add-filter]").get_by_text(label, exact=True).click()
        page.get_by_label(f"{label}: value").fill(value)
    comparison = page.get_by_label("Visits: comparison")
    comparison.select_option("ge")
    with page.expect_navigation():
        page.get_by_role("button", name="Apply", exact=True).first.click()
    assert "f.visits.ge=2" in page.url
    assert re.search(r"f\.name\.\w+=e", page.url)
    expect(page.get_by_label("Visits: value")).to_have_value("2")
    page.get_by_role("link", name="Remove the filter Name").click()
    expect(row(page, "Dora")).to_be_visible()
    expect(row(page, "Ann")).to_have_count(0)


def test_theme_and_row_height_are_kept_and_never_flash(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="Appearance").click()
    for choice in ("Dark", "Compact rows"):
        with page.expect_response("**/preference"):
            page.locator(".topbar").get_by_role("button", name=choice).click()
    answer = page.reload()
    assert answer is not None
    assert 'data-bs-theme="dark"' in answer.text()
    assert 'data-density="compact"' in answer.text()


def test_unsaved_work_is_guarded_and_saved_by_the_keyboard(opened: Open) -> None:
    page = opened(f"{URL}new")
    asked: list[str] = []

    def stay(box: Dialog) -> None:
        asked.append(box.type)
        box.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Phone").fill("13800138000")
    expect(page.get_by_text("Not saved yet", exact=True)).to_be_visible()
    page.locator(".cancel").click(no_wait_after=True)
    expect(page.get_by_label("Phone")).to_have_value("13800138000")
    assert asked == ["beforeunload"]
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("Phone")).to_have_value("13800138000")
    assert violations(page) == []


def test_a_slow_page_dims_and_then_shows_bars(opened: Open) -> None:
    page = opened()
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    page.locator("thead .sort").first.click()
    rows = page.locator(".list-scroll")
    page.clock.run_for(100)
    expect(rows).not_to_have_class(re.compile("is-"))
    page.clock.run_for(100)
    expect(rows).to_have_class(re.compile("is-waiting"))
    page.clock.run_for(1000)
    expect(rows).to_have_class(re.compile("is-loading"))


def test_on_a_phone_the_menu_is_a_drawer(opened: Open) -> None:
    page = opened()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Main menu").click()
    drawer = page.get_by_role("dialog", name="Main menu")
    expect(drawer.get_by_role("link").first).to_be_visible()
    expect(drawer).not_to_have_class(re.compile("showing"))
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def test_fingers_find_targets_of_44_pixels(
    house: House, live: Live, browser: Browser, opened: Open
) -> None:
    cookies = opened().context.cookies()
    context = browser.new_context(viewport={"width": 1180, "height": 820}, has_touch=True)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = live.open(context.new_page(), f"{URL}?f.visits.ge=0")
    small = page.evaluate(
        """[...document.querySelectorAll('a, button, input, select')]
        .map((each) => each.closest('label') ?? each)
        .filter((each) => !each.matches('.skip-link') && each.checkVisibility())
        .filter((each) => each.getBoundingClientRect().height < 43.5)
        .map((each) => each.outerHTML.slice(0, 120))"""
    )
    context.close()
    assert small == []


def test_a_first_visit_to_a_list_is_light(house: House, opened: Open) -> None:
    teahouse.add_many(house.here, 60)
    page = opened("/healthz")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    opened()
    page.wait_for_load_state("networkidle")
    sizes = [answer.request.sizes()["responseBodySize"] for answer in answers]
    assert len(sizes) <= 12
    assert sum(sizes) < 150 * 1024
    answers.clear()
    page.reload()
    page.wait_for_load_state("networkidle")
    assert answers[0].request.sizes()["responseBodySize"] < 30 * 1024


def test_shift_picks_a_range_by_mouse_and_by_key(opened: Open) -> None:
    page = opened(f"{URL}?sort=name")
    row(page, "Ann").get_by_role("checkbox").click()
    row(page, "Cleo").get_by_role("checkbox").click(modifiers=["Shift"])
    picked = page.locator("[data-picked]")
    expect(picked).to_have_text("3 selected")
    page.get_by_role("button", name="Clear selection").click()
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(row(page, "Ann")).to_be_focused()
    page.keyboard.press("x")
    for _step in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+X")
    expect(picked).to_have_text("4 selected")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(picked).to_have_text("3 selected")
    assert violations(page) == []


def test_the_keys_of_rows_open_and_edit_and_keep_quiet_while_somebody_types(opened: Open) -> None:
    page = opened(f"{URL}?sort=name")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    for words in ("Row below", "Open the row", "Select the rows up to here", "Edit the row"):
        expect(sheet).to_contain_text(words)
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("jx")
    page.get_by_role("searchbox").press("j")
    expect(page.get_by_role("searchbox")).to_have_value("jxj")
    expect(page.locator(".is-picked")).to_have_count(0)
    page.get_by_role("searchbox").blur()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url("**/edit/**")
    page.go_back()
    page.keyboard.press("k")
    expect(row(page, "Eve")).to_be_focused()
    page.keyboard.press("e")
    page.wait_for_url("**/edit/**")


def test_all_that_match_are_picked_beyond_the_page_and_taken_back(
    opened: Open, house: House
) -> None:
    teahouse.add_many(house.here, 60)
    page = opened(f"{URL}?size=25")
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    page.get_by_role("button", name="Select all 65 matching").click()
    expect(page.locator("[data-picked]")).to_have_text("All 65 matching are selected")
    page.get_by_role("button", name="Pour").click()
    box = page.get_by_role("dialog", name="Pour")
    expect(box).to_contain_text("65 selected")
    box.get_by_label("Tea").select_option("black")
    assert violations(page) == []
    box.get_by_role("button", name="Pour").click()
    note = page.locator(".toast-note")
    expect(note).to_contain_text("of 65 changed")
    black = page.locator("tbody tr", has_text="Black tea")
    expect(black).to_have_count(25)
    page.keyboard.press("z")
    expect(page.locator(".toast-note")).to_contain_text("Taken back")
    expect(black).not_to_have_count(25)


def test_a_view_is_saved_changed_and_left(opened: Open) -> None:
    page = opened(f"{URL}?f.sort.eq=green&sort=name")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Save as a new view").click()
    box = page.get_by_role("dialog", name="Save as a new view")
    box.get_by_label("Name", exact=True).fill("Green ones")
    box.get_by_role("checkbox", name="Front desk: the list opens with it").check()
    expect(box.get_by_role("checkbox", name="Front desk", exact=True)).to_be_checked()
    assert violations(page) == []
    box.get_by_role("button", name="Save view").click()
    tabs = page.get_by_role("navigation", name="Views")
    expect(tabs.locator("[aria-current=page]")).to_contain_text("Green ones")
    page.get_by_role("button", name="Columns").click()
    page.locator(".columns-menu input[value=phone]").uncheck()
    page.get_by_role("button", name="Apply").click()
    expect(tabs.locator("[aria-current=page]")).to_contain_text("changed")
    expect(page.get_by_role("columnheader", name="Phone")).to_have_count(0)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Save changes to").click()
    expect(tabs.locator("[aria-current=page]")).not_to_contain_text("changed")
    tabs.get_by_role("link", name="All").click()
    expect(page.get_by_role("columnheader", name="Phone")).to_have_count(1)
    tabs.get_by_role("link", name="Green ones").click()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Delete view").click()
    expect(tabs).to_have_count(0)
    page.keyboard.press("z")
    expect(tabs).to_contain_text("Green ones")


def test_a_column_is_dragged_to_its_place(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="Columns").click()
    grip = page.locator(".columns-menu li", has_text="Visits").locator(".grip")
    goal = page.locator(".columns-menu li").first.bounding_box()
    assert goal
    grip.hover()
    page.mouse.down()
    page.mouse.move(goal["x"] + 20, goal["y"] + 30, steps=4)
    page.mouse.move(goal["x"] + 20, goal["y"] + 3, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("thead th.first")).to_contain_text("Visits")


def test_a_segment_is_built_by_keyboard_with_its_count_in_sight(opened: Open) -> None:
    page = opened(f"{URL}segments/new/")
    count = page.get_by_role("status").filter(has_text="in it now")
    page.get_by_label("Name", exact=True).fill("Busy ones")
    page.get_by_role("button", name="Add a condition").press("Enter")
    page.get_by_role("button", name="Visits", exact=True).press("Enter")
    value = page.get_by_label("Visits: value")
    expect(value).to_be_focused()
    page.keyboard.type("3")
    expect(count).to_have_text("2 in it now")
    value.fill("many")
    expect(page.get_by_role("alert").filter(has_text="cannot be read")).to_be_visible()
    value.fill("3")
    page.get_by_role("button", name="Add a group").press("Enter")
    second = page.get_by_role("group", name="Group 2")
    second.get_by_role("button", name="Add a condition").press("Enter")
    second.get_by_role("button", name="Name", exact=True).press("Enter")
    page.get_by_label("Name: value").fill("ann")
    expect(count).to_have_text("3 in it now")
    expect(page.locator(".groups > .joint")).to_have_text("or")
    page.get_by_label("How groups are joined").select_option("all")
    expect(count).to_have_text("0 in it now")
    page.get_by_label("How groups are joined").select_option("any")
    expect(count).to_have_text("3 in it now")
    assert violations(page) == []
    page.get_by_role("button", name="Save segment").click()
    expect(page.locator("[data-count-of]")).to_have_text("3")
    page.get_by_role("link", name="Busy ones", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_label("Segment: value")).to_have_value(re.compile(r"\d+"))
