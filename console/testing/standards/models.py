"""Models: scoped, labelled, in house style, and never wider than their migrations."""

from __future__ import annotations

import re
from collections.abc import Collection

import pytest
import sqlalchemy as sa
from flask import Flask

from console.db import Model, Scope, UtcDateTime, db, registries
from console.migrate.write import differences


def models(app: Flask, of: Collection[str]) -> list[type[Model]]:
    """Return every mapped class of what is under test."""
    names = set(of) & {"console", *app.extensions["console"].mounted}
    found = [m.class_ for name in names if name in registries for m in registries[name].mappers]
    return sorted(found, key=lambda m: m.__tablename__)


def test_every_model_says_whose_rows_one_sees(app: Flask, tested_plugins: frozenset[str]) -> None:
    """`scope` is `api.CHAIN`, `api.in_store()`, or a scope of one's own."""
    found = models(app, tested_plugins)
    silent = [m.__name__ for m in found if not isinstance(getattr(m, "scope", None), Scope)]
    assert silent == []


def test_every_column_has_a_label_for_people(app: Flask, tested_plugins: frozenset[str]) -> None:
    """Lists, forms, exports and the audit trail show the label that `api.column` gave."""
    bare = [
        f"{model.__tablename__}.{column.key}"
        for model in models(app, tested_plugins)
        for column in sa.inspect(model).columns
        if not column.info.get("label")
    ]
    assert bare == []


def test_columns_are_named_after_what_they_hold(app: Flask, tested_plugins: frozenset[str]) -> None:
    """Moments end in `_at` or `_until`, days in `_on`, money in `_fen` and is whole."""
    odd = []
    for model in models(app, tested_plugins):
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


def test_money_is_never_a_float(app: Flask, tested_plugins: frozenset[str]) -> None:
    """A column that ends in `_fen` is an integer."""
    for model in models(app, tested_plugins):
        for column in sa.inspect(model).columns:
            if column.key.endswith("_fen"):
                assert isinstance(column.type, sa.Integer | sa.BigInteger), column


@pytest.mark.parametrize("kind", [sa.UniqueConstraint, sa.CheckConstraint, sa.ForeignKeyConstraint])
def test_every_constraint_has_a_name(
    app: Flask, tested_plugins: frozenset[str], kind: type[sa.Constraint]
) -> None:
    """A constraint without a name cannot be altered later."""
    for model in models(app, tested_plugins):
        for constraint in model.__table__.constraints:
            if isinstance(constraint, kind):
                assert constraint.name, f"{model.__tablename__}: {constraint}"


def test_the_label_column_of_every_model_is_there(
    app: Flask, tested_plugins: frozenset[str]
) -> None:
    """`label_column` names a column of the model, or is left to be the id."""
    for model in models(app, tested_plugins):
        if model.label_column != "id":
            assert model.label_column in sa.inspect(model).columns, model.__name__


def test_models_and_migrations_agree(app: Flask, tested_plugins: frozenset[str]) -> None:
    """`console migrations new NAME …` writes what is missing."""
    names = sorted(tested_plugins & {"console", *app.extensions["console"].mounted})
    with db.engine.connect() as connection:
        found = {name: differences(name, connection) for name in names}
    assert {name: each for name, each in found.items() if each} == {}
