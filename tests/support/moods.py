"""A second plugin for the tests: it adds to the tea house's list, form and pages from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from wtforms import StringField

from console import api
from console.api import _
from tests.support.teahouse import GREET, Guest, Order


def _loyalty(model: Any) -> sa.ColumnElement[Any]:
    return (
        sa.select(sa.func.count())
        .select_from(Order)
        .where(Order.guest_id == model.id)
        .scalar_subquery()
    )


def _moods(ids: Sequence[int]) -> Mapping[int, str]:
    return {number: f"mood {number}" for number in ids}


class Moods(api.Plugin):
    """A plugin that puts its own into the guests' list, form and page."""

    name, version = "mood", "1.0"
    title, summary = "Moods", "For tests"
    works_with = ("tea",)
    #: What the form section was given, by guest.
    kept: dict[int, str] = {}
    #: Whether its listener for columns fails.
    broken = False

    @api.hookimpl
    def console_list_columns(self, model: type[Any]) -> Iterable[api.Column]:
        if model is Guest:
            yield api.Column("orders", _("Orders"), expression=_loyalty, kind="number")
            yield api.Column("mood", _("Mood"), load=_moods)
        if model is Guest and self.broken:
            raise RuntimeError("in a bad mood")

    @api.hookimpl
    def console_list_filters(self, model: type[Any]) -> Iterable[api.Filter]:
        if model is Guest:
            ordered = sa.select(Order.guest_id)
            yield api.Filter(
                "ordered",
                _("Ordered"),
                "bool",
                where=lambda _o, yes: Guest.id.in_(ordered) if yes else Guest.id.not_in(ordered),
            )

    @api.hookimpl
    def console_form_sections(self, model: type[Any]) -> Iterable[api.FormSection]:
        if model is Guest:
            yield api.FormSection(
                _("Mood"),
                build=self._fields,
                load=lambda guest: {"word": self.kept.get(guest.id, "") if guest else ""},
                save=self._save,
                key="mood",
            )

    def _fields(self) -> Mapping[str, Any]:
        return {"word": StringField("Mood word")}

    def _save(self, guest: Any, given: Mapping[str, Any]) -> None:
        if given["word"] == "angry":
            raise api.Refused("No angry guests.")
        self.kept[guest.id] = given["word"]

    @api.hookimpl
    def console_record_panels(self, model: type[Any], record_id: int) -> Iterable[api.Panel]:
        if model is Guest:
            yield api.Panel("Mood panel", f"<feels {record_id}>")

    @api.hookimpl
    def console_record_actions(
        self, model: type[Any], record_id: int
    ) -> Iterable[api.RecordAction]:
        if model is Guest:
            yield api.RecordAction("Cheer up", f"/mood/{record_id}", GREET)
