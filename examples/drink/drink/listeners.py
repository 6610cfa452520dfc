"""What the plugin adds to the member list and the member file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from console import api
from console.api import _
from plugins.membership.api import ExportPart, Member, move_rows
from wtforms import StringField
from wtforms.validators import Length

from drink.models import DRINKS, Drink

LONGEST_NOTE = 100


@api.hookimpl
def console_list_columns(model: type[Any]) -> Iterable[api.Column]:
    """Show the drink in the member list: one join for the page, and it can be sorted."""
    if model is Member:
        yield api.Column(
            "drink",
            _("Favourite drink"),
            expression=Drink.drink.expression,
            join=lambda member: (Drink, Drink.member_id == member.id),
            kind="choice",
            choices=DRINKS,
        )


@api.hookimpl
def console_list_filters(model: type[Any]) -> Iterable[api.Filter]:
    """Find members by their drink, in the list and in segments."""
    if model is Member:
        yield api.Filter("drink", _("Favourite drink"), "choice", where=_who_drinks, choices=DRINKS)


def _who_drinks(_comparison: str, drink: str) -> sa.ColumnElement[bool]:
    return Member.id.in_(sa.select(Drink.member_id).where(Drink.drink == drink))


@api.hookimpl
def console_form_sections(model: type[Any]) -> Iterable[api.FormSection]:
    """Ask for the drink in the form of a member; it is saved together with her file."""
    if model is Member:
        yield api.FormSection(
            _("Favourite drink"), build=_fields, load=_load, save=_save, key="drink"
        )


def _fields() -> Mapping[str, Any]:
    return {
        "drink": api.ChoiceField(_("Favourite drink"), options=DRINKS, nullable=True),
        "note": StringField(_("How she likes it"), [Length(max=LONGEST_NOTE)]),
    }


def _load(member: Any) -> Mapping[str, Any]:
    known = api.db.session.get(Drink, member.id) if member is not None else None
    return {"drink": known.drink, "note": known.note} if known else {}


def _save(member: Any, given: Mapping[str, Any]) -> None:
    known = api.db.session.get(Drink, member.id)
    if not given["drink"]:
        if known is not None:
            api.db.session.delete(known)
        return
    if known is None:
        known = Drink(member_id=member.id)
        api.db.session.add(known)
    known.drink, known.note = given["drink"], given["note"] or ""


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Two files become one: the kept one keeps its drink, or gets the other's."""
    move_rows(Drink.member_id, kept_id, gone_id)


@api.hookimpl
def membership_member_erasing(member_id: int) -> None:
    """Forget what a member likes when she asks to be forgotten."""
    api.db.session.execute(sa.delete(Drink).where(Drink.member_id == member_id))


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Give a member what is kept about her."""
    known = api.db.session.get(Drink, member_id)
    if known is not None:
        rows = [{"drink": known.drink, "note": known.note}]
        labels = {"drink": _("Favourite drink"), "note": _("How she likes it")}
        yield ExportPart("drink", _("Favourite drink"), rows, labels)
