"""Forms: nobody changes by a request what no form lets her change."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request

from console.admin.forms import RecordForm
from console.testing.standards import forms
from console.testing.standards.forms import *
from tests.support.people import SignIn

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]


@pytest.fixture
def records(with_demo: None) -> None:
    """The demo fills the tables."""


def take_everything(form: RecordForm, record: Any) -> None:
    """Write into *record* whatever number is sent, as forms do that are made from models."""
    for key, told in request.form.items():
        if told.isdigit() and not key.endswith("id") and key not in {"version", *form.own}:
            setattr(record, key, int(told))


def test_a_form_that_takes_what_it_does_not_show_is_found(
    app: Flask,
    sign_in: SignIn,
    tested_plugins: frozenset[str],
    records: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RecordForm, "populate", take_everything)
    with pytest.raises(AssertionError, match=r"salon/services/update/: \w+ is now"):
        forms.test_a_value_edited_in_a_list_changes_no_other(app, sign_in, tested_plugins, records)
