"""The console's shell round Flask-Admin: views, lists, forms, menu and system pages."""

from __future__ import annotations

from console.admin import without_pillow  # noqa: F401 - first of all, before Flask-Admin
from console.admin.installing import install
from console.admin.model import ModelAdmin
from console.admin.parts import Column, Filter, FormSection, Panel, RecordAction
from console.admin.scope import find as find_record
from console.admin.shell import render
from console.admin.views import AdminView, Asks, MissingPermission, action, page

__all__ = [
    "AdminView",
    "Asks",
    "Column",
    "Filter",
    "FormSection",
    "MissingPermission",
    "ModelAdmin",
    "Panel",
    "RecordAction",
    "action",
    "find_record",
    "install",
    "page",
    "render",
]
