"""Who may do what: asked of every address there is, by everybody who might ask."""

from __future__ import annotations

import pytest

from console.testing.standards.access import *

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]
