"""The form of a record: fields made from the model's columns, in the sections a view names.

Only what a view names in `form` has a field, and only what has a field can be changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import current_app
from markupsafe import Markup
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from console.admin import fields, lookups
from console.admin.attributes import Attribute, BadView, attribute_of, pk_of
from console.admin.field_rights import may_meet, unmet
from console.admin.labels import ids_paired_with, labels_of
from console.admin.parts import FormSection
from console.admin.reference_fields import ReferenceField, ReferencesField
from console.admin.scope import read_id
from console.db import db
from console.hookspecs import console_form_sections
from console.i18n import LOCALES, gettext, ngettext
from console.security import masking

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin
    from console.security import Permission

Unbound = Any
TYPED: dict[str, Callable[..., Unbound]] = {
    "money": fields.MoneyField,
    "number": fields.NumberField,
    "day": fields.DayField,
    "moment": fields.MomentField,
}


class _Words:
    """WTForms' own messages, from the console's catalogue."""

    def gettext(self, string: str) -> str:
        return gettext(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return ngettext(singular, plural, n)


class Meta(DefaultMeta):
    """How the console's forms differ from WTForms' defaults."""

    def get_translations(self, form: Any) -> Any:
        return _Words()


@dataclass
class Group:
    """A section as it stands in one form: the names of its fields."""

    title: Any
    names: list[str] = field(default_factory=list)
    columns: int = 2
    #: Another plugin's section, whose fields are known to it by the name after the prefix.
    foreign: FormSection | None = None
    prefix: str = ""


class RecordForm(BaseForm):
    """The form of one record; *record* is None while it is being created.

    *only* leaves one attribute, for editing it in a list.
    """

    def __init__(
        self,
        view: ModelAdmin,
        record: Any | None,
        needs: Permission,
        formdata: Any = None,
        *,
        only: str | None = None,
    ) -> None:
        self.view, self.record, self.needs = view, record, needs
        self.own: dict[str, Attribute] = {}
        self.groups: list[Group] = []
        self.only = only
        #: What the record is paired with, by the name of the attribute, since it was last read.
        self.paired: dict[str, list[Any]] = {}
        number = None if record is None else getattr(record, pk_of(view.subject).key)
        self.hidden = unmet(view, number)
        made: dict[str, Unbound] = {}
        for section in [FormSection("", (only,))] if only else _sections(view):
            if may_meet(view, section.needs, number):
                self._add(section, made)
        super().__init__(made, meta=Meta())
        self.process(formdata, data=self.read(record))

    def _add(self, section: FormSection, made: dict[str, Unbound]) -> None:
        group = Group(section.title, columns=section.columns)
        for key in section.fields:
            if key in self.hidden:
                continue
            attribute = attribute_of(self.view.subject, key)
            self.own[key] = attribute
            group.names += self._make(attribute, made)
        if section.build is not None:
            group.foreign, group.prefix = section, f"{section.key or 'more'}__"
            for name, unbound in section.build().items():
                made[group.prefix + name] = unbound
                group.names.append(group.prefix + name)
        if group.names:
            self.groups.append(group)

    def _make(self, attribute: Attribute, made: dict[str, Unbound]) -> list[str]:
        key = attribute.key
        if attribute.kind == "translations":
            several = fields.translation_fields(attribute.label, attribute.length)
            found = {f"{key}__{locale}": unbound for locale, unbound in several.items()}
        else:
            found = {key: make_field(self, attribute)}
        made.update(found)
        return list(found)

    def read(self, record: Any | None) -> dict[str, Any]:
        """Return the values that the fields show before anything is typed."""
        values: dict[str, Any] = {}
        for key, attribute in self.own.items():
            if attribute.kind == "references":
                values[key] = [] if record is None else self._paired_with(record, key)
                continue
            value = self._first(attribute) if record is None else getattr(record, key)
            if attribute.kind == "translations":
                values |= {f"{key}__{locale}": text for locale, text in (value or {}).items()}
            else:
                values[key] = value
        for group in self.groups:
            if group.foreign is not None and group.foreign.load is not None:
                loaded = group.foreign.load(record)
                values |= {group.prefix + name: value for name, value in loaded.items()}
        return values

    def _paired_with(self, record: Any, key: str) -> list[Any]:
        """Return the ids of what *record* is paired with, which takes one query and no object."""
        state = sa.inspect(record)
        if key in state.dict or not state.persistent:
            return _ids(self.own[key], getattr(record, key))
        if key not in self.paired:
            self.paired[key] = ids_paired_with(record, state.mapper.relationships[key])
        return self.paired[key]

    def _first(self, attribute: Attribute) -> Any:
        if attribute.kind == "references":
            return []
        default = sa.inspect(self.view.subject).columns[attribute.key].default
        return default.arg if default is not None and default.is_scalar else None

    def populate(self, record: Any) -> None:
        """Write what was entered into *record*; only the model's own fields."""
        for key in self.hidden if self.record is None else ():
            default = self._first(attribute_of(self.view.subject, key))
            if default is not None:
                setattr(record, key, default)
        for key, attribute in self.own.items():
            if attribute.kind == "translations":
                setattr(record, key, self._translations(key))
            elif attribute.kind == "references":
                if self._paired_with(record, key) != self[key].data:
                    setattr(record, key, _records(attribute, self[key].data))
            elif not (isinstance(self[key], fields.HiddenValueField) and self[key].data is None):
                setattr(record, key, self[key].data)

    def _translations(self, key: str) -> dict[str, str]:
        entered = {locale: self[f"{key}__{locale}"].data for locale in LOCALES[1:]}
        return {locale: text for locale, text in entered.items() if text}

    def save_foreign(self, record: Any) -> dict[str, Any]:
        """Let the other plugins save their sections, in the unit; return what they were given."""
        saved: dict[str, Any] = {}
        for group in self.groups:
            if group.foreign is not None and group.foreign.save is not None:
                given = self.entered(group)
                group.foreign.save(record, given)
                saved |= {group.prefix + name: value for name, value in given.items()}
        return saved

    def entered(self, group: Group) -> dict[str, Any]:
        """Return what was entered into another plugin's section, by its own names."""
        return {name.removeprefix(group.prefix): self[name].data for name in group.names}

    def refuse(self, message: object, *keys: str) -> None:
        """Put *message* beside the fields that are named, or above the form."""
        said = message if isinstance(message, Markup) else str(message)
        places = [self[key] for key in keys if key in self]
        for place in places:
            place.errors = [*place.errors, said]
        if not places:
            self.form_errors.append(said)


def _sections(view: ModelAdmin) -> list[FormSection]:
    found: list[FormSection] = []
    loose: list[str] = []
    for item in view.form:
        if isinstance(item, str):
            loose.append(item)
            continue
        if loose:
            found.append(FormSection("", tuple(loose)))
            loose = []
        found.append(item)
    if loose:
        found.append(FormSection("", tuple(loose)))
    answers = current_app.extensions["console"].answers(console_form_sections, model=view.subject)
    return [*found, *(section for answer in answers for section in answer)]


def make_field(form: RecordForm, attribute: Attribute) -> Unbound:
    """Make the field of one attribute, for the person who acts."""
    view, kind = form.view, attribute.kind
    own = view.form_fields.get(attribute.key)
    if own is not None:
        return own(attribute)
    options: dict[str, Any] = {"description": attribute.help or ""}
    if kind == "bool" and not attribute.nullable and not form.only:
        return fields.SwitchField(attribute.label, **options)
    options["validators"] = [fields.Filled()] if attribute.required else []
    if attribute.target is not None:
        return _reference(view, attribute, form.needs, options)
    if kind in ("choice", "bool"):
        choices = attribute.choices or ((True, gettext("Yes")), (False, gettext("No")))
        options |= {"options": choices, "nullable": attribute.nullable}
        return fields.ChoiceField(attribute.label, **options)
    if kind in TYPED:
        fraction = kind == "number" and _has_fraction(view.subject, attribute.key)
        make = fields.FractionField if fraction else TYPED[kind]
        return make(attribute.label, **options)
    if kind in ("json", "translations"):
        raise BadView(f"{attribute.key!r} needs an entry in `form_fields`")
    options |= {"nullable": attribute.nullable, "longest": attribute.length}
    return _text(view.subject, attribute, form.record, options)


def _text(
    model: type[Any], attribute: Attribute, record: Any | None, options: dict[str, Any]
) -> Unbound:
    value = None if record is None else getattr(record, attribute.key)
    if attribute.sensitive and value:
        number = getattr(record, pk_of(model).key)
        shown = masking.show(value, attribute.sensitive, model=model, record_id=number)
        if shown != value:
            options["validators"] = []
            return fields.HiddenValueField(attribute.label, shown=shown, **options)
    make = fields.ProseField if attribute.kind == "long" else fields.TextField
    if attribute.kind == "phone":
        options["render_kw"] = {"type": "tel", "inputmode": "tel", "autocomplete": "off"}
    return make(attribute.label, **options)


def _reference(
    view: ModelAdmin, attribute: Attribute, needs: Permission, options: dict[str, Any]
) -> Unbound:
    target: Any = attribute.target
    make = ReferencesField if attribute.kind == "references" else ReferenceField
    return make(
        attribute.label,
        url=f"{view.url}/lookup/?name={attribute.key}&use=form",
        read=partial(read_id, target),
        labels=partial(labels_of, target),
        allows=partial(lookups.allowed, target, needs=needs),
        **options,
    )


def _has_fraction(model: type[Any], key: str) -> bool:
    kind = sa.inspect(model).columns[key].type
    return isinstance(kind, sa.Numeric)


def _ids(attribute: Attribute, records: list[Any]) -> list[Any]:
    if attribute.target is None:
        return []
    key = pk_of(attribute.target).key
    return [getattr(each, key) for each in records]


def _records(attribute: Attribute, ids: list[Any] | None) -> list[Any]:
    if attribute.target is None or not ids:
        return []
    key = pk_of(attribute.target)
    found = db.session.scalars(sa.select(attribute.target).where(key.in_(ids)))
    by_id: Mapping[Any, Any] = {getattr(each, key.key): each for each in found}
    return [by_id[each] for each in ids if each in by_id]
