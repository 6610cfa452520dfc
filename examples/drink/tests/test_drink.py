"""The drink in the member list and in the member file."""

from __future__ import annotations

import pytest
from console import api
from console.testing.pages import cells_of, field, ids_of
from console.testing.people import SignIn, post
from plugins.membership.api import Member, NewMember, add_member, merge_members

from drink.models import Drink

LIST = "/console/membership/members/"


def drink_of(number: int) -> str | None:
    """Return what is known of a member."""
    known = api.db.session.get(Drink, number)
    return known.drink if known else None


@api.unit
def note(number: int, drink: str) -> None:
    """Note what a member likes."""
    api.db.session.add(Drink(member_id=number, drink=drink))


def test_the_member_list_shows_and_sorts_by_the_drink(sign_in: SignIn, member: Member) -> None:
    other = add_member(NewMember("Li Jing", member.home_store_id, "13800138001"))
    note(other.id, "coffee")
    page = sign_in("owner").get(f"{LIST}?columns=name,drink&sort=drink").text
    assert ids_of(page) == [other.id, member.id]
    assert "\u8336" in " ".join(cells_of(page, member.id))


def test_the_member_list_can_be_filtered_by_the_drink(sign_in: SignIn, member: Member) -> None:
    owner = sign_in("owner")
    assert ids_of(owner.get(f"{LIST}?f.drink.eq=tea").text) == [member.id]
    assert ids_of(owner.get(f"{LIST}?f.drink.eq=water").text) == []


@pytest.mark.parametrize(("given", "kept"), [("coffee", "coffee"), ("", None)])
def test_the_drink_is_changed_in_the_member_form(
    sign_in: SignIn, member: Member, given: str, kept: str | None
) -> None:
    desk = sign_in("owner")
    page = f"{LIST}{member.id}/edit/"
    shown = desk.get(page).text
    assert "drink__drink" in shown
    told = {name: field(shown, name) for name in ("name", "phone", "_version")}
    more = {"home_store_id": str(member.home_store_id), "drink__drink": given}
    assert post(desk, page, {**told, **more, "drink__note": "hot"}).status_code == 302
    assert drink_of(member.id) == kept


def test_a_merge_brings_the_drink_along(member: Member) -> None:
    kept = add_member(NewMember("Chen Shiya", member.home_store_id))
    merge_members(kept.id, member.id)
    assert drink_of(kept.id) == "tea"
    assert drink_of(member.id) is None
