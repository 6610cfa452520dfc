"""Form fields as pages show them: label above, hint or error below, tied for a screen reader.

They are written here because a form has dozens of them, and a macro takes three times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from wtforms import BooleanField

#: Fields that take a whole row of their form.
WIDE = frozenset(
    {
        *("TextAreaField", "ProseField", "FieldList", "FormField"),
        *("InlineFieldList", "InlineModelFormList", "InlineFormField", "InlineModelFormField"),
    }
)
#: Fields of several controls, which stand in a group with a legend.
GROUPS = frozenset({"RadioField", "CheckboxListField"})


def draw_field(field: Any, given: Mapping[str, Any] | None = None, below: str = "") -> Markup:
    """Write a field with all that belongs to it; *given* are attributes of its control.

    `column_class`, `prepend` and `append` among them are for what stands round it; *below* is
    HTML to stand under it.
    """
    more = dict(given or {})
    wrap, prepend, append = (more.pop(key, "") for key in ("column_class", "prepend", "append"))
    wrong = [error for error in field.errors if isinstance(error, str)]
    own = f"{more.pop('class', '')}{_own_class(field)}{' is-invalid' if wrong else ''}"
    said, description = f"{field.id}-said", field.description
    if wrong:
        more = {"aria-describedby": said, "aria-invalid": "true", **more}
    elif description:
        more = {"aria-describedby": said, **more}
    control = _draw_control(field, own, more, prepend, append)
    if wrong:
        told = "".join(f"<div>{escape(error)}</div>" for error in wrong)
        after = f'<div class="field-error" id="{said}">{told}</div>'
    else:
        after = f'<small class="form-hint" id="{said}">{escape(description)}</small>'
        after = after if description else ""
    looks = ["field", "wide" if field.type in WIDE else "", str(wrap)]
    if getattr(field.widget, "input_type", None) == "checkbox":
        looks.append("field-switch-wrap")
    div = f'<div class="{" ".join(filter(None, looks))}">'
    return Markup(f"{div}{control}{after}{below}</div>")  # noqa: S704 - each part is escaped


def _own_class(field: Any) -> str:
    own = (field.render_kw or {}).get("class")
    return f" {own}" if own else ""


def _draw_control(field: Any, own: str, more: dict[str, Any], prepend: Any, append: Any) -> str:
    widget, text, required = field.widget, escape(field.label.text), field.flags.required
    if isinstance(field, BooleanField) and widget.input_type == "checkbox":
        control = field(**{"class": f"form-check-input {own}", **more})
        label = f'<label class="form-check-label" for="{field.id}">{text}</label>'
        return f'<div class="form-check form-switch field-switch">{control}{label}</div>'
    needed = " required" if required else ""
    if field.type in GROUPS or (hasattr(field, "option_widget") and hasattr(widget, "html_tag")):
        said = more.get("aria-describedby")
        options = "".join(
            f'<div class="form-check">{option(class_="form-check-input")}'
            f"{option.label(class_='form-check-label')}</div>"
            for option in field
        )
        tied = f' aria-describedby="{said}"' if said else ""
        legend = f'<legend class="form-label{needed}">{text}</legend>'
        return f"<fieldset{tied}>{legend}{options}</fieldset>"
    choice = hasattr(widget, "multiple") and not more.get("data-role")
    look = "form-select" if choice else "form-control"
    drawn: str = field(**{"class": f"{look} {own}", **more})
    if prepend or append:
        before, after = map(_draw_beside, (prepend, append))
        drawn = f'<div class="input-group">{before}{drawn}{after}</div>'
    return f'<label class="form-label{needed}" for="{field.id}">{text}</label>{drawn}'


def _draw_beside(text: Any) -> str:
    return f'<span class="input-group-text">{escape(text)}</span>' if text else ""
