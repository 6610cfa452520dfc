"""A stranger's eye for a member's phone number: planted once, looked for everywhere."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from flask import Flask

from console.logs import JsonLines
from console.testing.standards.privacy import (
    PHONES,
    test_a_technician_meets_no_phone_number_anywhere,
)
from tests.support.people import SignIn, post

__all__ = ["test_a_technician_meets_no_phone_number_anywhere"]

pytestmark = [
    pytest.mark.any_engine,
    pytest.mark.slow,
    pytest.mark.usefixtures("with_demo"),
]


def test_the_log_holds_no_phone_number(app: Flask, sign_in: SignIn, tmp_path: Path) -> None:
    log = tmp_path / "log"
    handler = logging.FileHandler(log)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    try:
        client = sign_in("owner")
        client.get("/console/membership/members/?search=13800138000")
        post(client, "/console/membership/members/new/", {"phone": "13800138000"})
        logging.getLogger("plugins").warning("her phone is 13800138000")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert "138****8000" in log.read_text()
    assert not PHONES.search(log.read_text())
