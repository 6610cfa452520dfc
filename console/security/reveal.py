"""Revealing one masked number, by a click that is written down."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("reveal", __name__)
