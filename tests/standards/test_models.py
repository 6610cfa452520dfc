"""Models: scoped, labelled, in house style, and never wider than their migrations."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from console.db import Model, Scope, UtcDateTime, registries


def models(app: Flask) -> list[type[Model]]:
    """Every mapped class of the host and of the mounted plugins."""
    names = {"console", *app.extensions["console"].mounted}
    found = [m.class_ for name in names if name in registries for m in registries[name].mappers]
    assert found
    return sorted(found, key=lambda m: m.__tablename__)


def test_every_model_says_whose_rows_one_sees(app: Flask) -> None:
    silent = [m.__name__ for m in models(app) if not isinstance(getattr(m, "scope", None), Scope)]
    assert silent == []


def test_every_column_has_a_label_for_people(app: Flask) -> None:
    bare = [
        f"{model.__tablename__}.{column.key}"
        for model in models(app)
        for column in sa.inspect(model).columns
        if not column.info.get("label")
    ]
    assert bare == []


def test_columns_are_named_after_what_they_hold(app: Flask) -> None:
    odd = []
    for model in models(app):
        for column in sa.inspect(model).columns:
            kind, name = column.type, f"{model.__tablename__}.{column.key}"
            if isinstance(kind, UtcDateTime) != bool(re.search(r"(^|_)(at|until)$", column.key)):
                odd.append(name)
            if isinstance(kind, sa.Date) != column.key.endswith("_on"):
                odd.append(name)
            if isinstance(kind, sa.Float | sa.Numeric) and column.key.endswith("_fen"):
                odd.append(name)
            if isinstance(kind, sa.DateTime):
                odd.append(name)
    assert odd == []


def test_money_is_never_a_float(app: Flask) -> None:
    for model in models(app):
        for column in sa.inspect(model).columns:
            if column.key.endswith("_fen"):
                assert isinstance(column.type, sa.Integer | sa.BigInteger), column


@pytest.mark.parametrize("kind", [sa.UniqueConstraint, sa.CheckConstraint, sa.ForeignKeyConstraint])
def test_every_constraint_has_a_name(app: Flask, kind: type[sa.Constraint]) -> None:
    for model in models(app):
        for constraint in model.__table__.constraints:
            if isinstance(constraint, kind):
                assert constraint.name, f"{model.__tablename__}: {constraint}"


def test_the_label_column_of_every_model_is_there(app: Flask) -> None:
    for model in models(app):
        if model.label_column != "id":
            assert model.label_column in sa.inspect(model).columns, model.__name__
