"""Form fields that choose records of other models, looked up while typing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup
from wtforms.fields import Field
from wtforms.validators import StopValidation

from console.admin.fields import BLANK
from console.admin.widgets import QuickInput
from console.i18n import gettext


class _LookupWidget(QuickInput):
    """A text input that the page turns into a field which looks its choices up."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        chosen = field.chosen()
        given = chosen if field.many else next(iter(chosen), None)
        attributes |= {
            "data-role": "select2-ajax",
            "data-url": field.url,
            "data-minimum-input-length": "0",
            "data-json": json.dumps(given) if given else False,
            "data-multiple": "1" if field.many else False,
            "data-allow-blank": False if field.flags.required else "1",
        }
        return super().__call__(field, **attributes)


class ReferenceField(Field):
    """A record of another model, looked up while typing.

    *labels* returns the words for ids the person may see, *allows* those ids she may choose;
    what was chosen before may stay.
    """

    widget = _LookupWidget()
    many = False

    def __init__(
        self,
        label: Any = None,
        *,
        url: str,
        read: Callable[[str], Any],
        labels: Callable[[list[Any]], Mapping[Any, str]],
        allows: Callable[[list[Any]], set[Any]],
        **rest: Any,
    ) -> None:
        self.url, self._read, self._labels, self._allows = url, read, labels, allows
        super().__init__(label, **rest)

    @property
    def ids(self) -> list[Any]:
        """The ids that are chosen."""
        return [] if self.data is None else [self.data]

    @property
    def kept_ids(self) -> list[Any]:
        """The ids that were chosen before."""
        return [] if self.object_data is None else [self.object_data]

    def chosen(self) -> list[list[Any]]:
        """Return the chosen ids with their words."""
        ids = self.ids
        allowed = self._allows([each for each in ids if each not in self.kept_ids])
        labels = self._labels([each for each in ids if each in allowed or each in self.kept_ids])
        return [[each, labels[each]] for each in ids if each in labels]

    def _value(self) -> str:
        return ",".join(map(str, self.ids))

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            text = str(valuelist[0]).strip()
            self.data = None
            if text and text != BLANK:
                self.data = self._read_one(text)

    def _read_one(self, text: str) -> Any:
        number = self._read(text)
        if number is None:
            raise ValueError(gettext("This choice is not available."))
        return number

    def pre_validate(self, form: Any) -> None:
        fresh = [each for each in self.ids if each not in self.kept_ids]
        if set(fresh) - self._allows(fresh):
            raise StopValidation(gettext("This choice is not available."))


class ReferencesField(ReferenceField):
    """Several records of another model."""

    many = True

    @property
    def ids(self) -> list[Any]:
        return list(self.data or ())

    @property
    def kept_ids(self) -> list[Any]:
        return list(self.object_data or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            texts = [each.strip() for text in valuelist for each in str(text).split(",")]
            self.data = []
            wanted = [self._read_one(each) for each in texts[:200] if each and each != BLANK]
            self.data = list(dict.fromkeys(wanted))
