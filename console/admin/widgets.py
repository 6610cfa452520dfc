"""How the console's own fields are drawn: as WTForms draws them, in a fifth of the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from wtforms.widgets import CheckboxInput, Select, TextArea, TextInput
from wtforms.widgets.core import clean_key  # type: ignore[attr-defined]

from console.escaping import quoted, quoted_all


def write_attributes(attributes: Mapping[str, Any]) -> str:
    """Write HTML attributes in the order of their names; True is a bare one, False is none."""
    parts = []
    for key, value in sorted(attributes.items()):
        name = clean_key(key) if "_" in key else key
        if value is True:
            parts.append(name)
        elif value is not False:
            parts.append(f'{name}="{_quoted(value)}"')
    return " ".join(parts)


def _quoted(value: Any) -> str:
    """Escape the value of an attribute; what is HTML already keeps all but its quotes."""
    if type(value) is str:
        return quoted(value)
    return str(escape(value)).replace('"', "&quot;")


def _plain(label: Any) -> str:
    """Return a label as people read it, of HTML as well."""
    return label.unescape() if isinstance(label, Markup) else str(label)


def _of_field(field: Any, known: list[str], given: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of a field's control: those *given*, and what its flags say."""
    flags = {key: value for key, value in vars(field.flags).items() if key in known}
    return {"name": field.name, "id": field.id, **flags, **given}


class QuickInput(TextInput):
    """A line of text."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        given = {"type": self.input_type, **attributes}
        if "value" not in given:
            given["value"] = field._value()
        written = write_attributes(_of_field(field, self.validation_attrs, given))
        return Markup(f"<input {written}>")  # noqa: S704 - attributes are written escaped


class QuickSwitch(CheckboxInput):
    """A switch."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        on = bool(field.data)
        given = {"type": "checkbox", "value": field._value(), "checked": on, **attributes}
        written = write_attributes(_of_field(field, self.validation_attrs, given))
        return Markup(f"<input {written}>")  # noqa: S704 - attributes are written escaped


class QuickArea(TextArea):
    """Several lines of text."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        written = write_attributes(_of_field(field, self.validation_attrs, attributes))
        text = escape(field._value())
        return Markup(f"<textarea {written}>\r\n{text}</textarea>")  # noqa: S704 - as above


class QuickSelect(Select):
    """A list to choose from, of a field that has `entries`."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        written = write_attributes(_of_field(field, self.validation_attrs, attributes))
        found = [*field.entries()]
        values = quoted_all([str(value) for value, _label, _selected in found])
        labels = quoted_all([_plain(label) for _value, label, _selected in found])
        entries = "".join(
            [
                f'<option{" selected" if entry[2] else ""} value="{value}">{label}</option>'
                for value, label, entry in zip(values, labels, found, strict=True)
            ]
        )
        return Markup(f"<select {written}>{entries}</select>")  # noqa: S704 - as above
