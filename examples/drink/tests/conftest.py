"""Records that the standards look at."""

from __future__ import annotations

import pytest
from console import api
from console.testing.people import add_store
from console.testing.records import PHONE
from flask import Flask
from plugins.membership.api import Member, NewMember, add_member

from drink.models import Drink


@pytest.fixture
def member(app: Flask) -> Member:
    """A member who is known to like tea."""
    member = add_member(NewMember("Chen Shiya", add_store(), PHONE))
    serve(member, "tea")
    return member


@pytest.fixture
def records(member: Member) -> None:
    """Members cannot be made up column by column: their own service adds one."""


@api.unit
def serve(member: Member, drink: str) -> None:
    """Note what a member likes."""
    api.db.session.add(Drink(member_id=member.id, drink=drink))
