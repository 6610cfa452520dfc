"""Hooks: named after their kind, annotated, documented, and used."""

from __future__ import annotations

import pytest

from console.testing.standards.hooks import *

pytestmark = pytest.mark.any_engine
