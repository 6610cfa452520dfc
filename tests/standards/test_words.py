"""Words: every page speaks the reader's language, wherever its words come from."""

from __future__ import annotations

import pytest
from flask import Flask

from console.testing.standards.words import (
    test_no_page_shows_a_word_that_was_not_translated,
    untranslated,
)
from plugins.membership.api import find_by_phone
from tests.support.crawl import addresses, texts_in_the_database
from tests.support.phones import phone_of

__all__ = ["test_no_page_shows_a_word_that_was_not_translated"]
pytestmark = [
    pytest.mark.any_engine,
    pytest.mark.slow,
    pytest.mark.usefixtures("with_demo"),
]


def test_no_page_of_a_phone_shows_a_word_that_was_not_translated(app: Flask) -> None:
    heroine = find_by_phone("13800138000")
    assert heroine is not None
    pages = [a for a in addresses(app) if a.method == "GET" and a.audience in ("visitor", "anyone")]
    hers = phone_of(app, heroine.id).client
    hers.set_cookie("console_phone_language", "zh_Hans_CN")
    assert untranslated(hers, pages, texts_in_the_database(app)) == {}
