"""Models: scoped, labelled, in house style, and never wider than their migrations."""

from __future__ import annotations

from console.testing.standards.models import *
