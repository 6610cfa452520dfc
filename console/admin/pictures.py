"""A record's public picture, as a section of its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import FileField

from console.admin.fields import SwitchField
from console.admin.parts import FormSection
from console.files import keep_file
from console.i18n import _, gettext


def picture_section() -> FormSection:
    """Return the section of a form by which a model's `picture_id` is set or taken away."""
    return FormSection(_("Picture"), build=_fields, save=_save, key="picture")


def _fields() -> Mapping[str, Any]:
    return {
        "picture": FileField(gettext("Picture"), render_kw={"accept": "image/*"}),
        "drop": SwitchField(gettext("Remove the picture")),
    }


def _save(record: Any, entered: Mapping[str, Any]) -> None:
    sent = entered["picture"]
    if entered["drop"]:
        record.picture_id = None
    elif sent and getattr(sent, "filename", ""):
        file = keep_file(sent.read(), sent.filename, kind="image", public=True)
        record.picture_id = file.id
