"""Words: every page speaks the reader's language, wherever its words come from."""

from __future__ import annotations

import pytest

from console.testing.standards.words import test_no_page_shows_a_word_that_was_not_translated

__all__ = ["test_no_page_shows_a_word_that_was_not_translated"]
pytestmark = [
    pytest.mark.any_engine,
    pytest.mark.slow,
    pytest.mark.usefixtures("with_demo"),
]
