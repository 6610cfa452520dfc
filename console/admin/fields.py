"""The form fields of the console: WTForms fields that speak the salon's types.

They never show more than the reader may see, and say in her words what is wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.fields.choices import Choice, SelectFieldBase  # type: ignore[attr-defined]
from wtforms.validators import StopValidation

from console.admin.values import format_moment, language, reader_zone
from console.admin.widgets import QuickArea, QuickInput, QuickSelect, QuickSwitch
from console.errors import Refused
from console.i18n import LOCALES, _, gettext
from console.money import parse_fen
from console.routes import MOST_ID

#: The longest text a field takes when its column sets no length.
LONGEST_TEXT, LONGEST_PROSE = 500, 20_000
#: What Tom Select and Flask-Admin send for "nothing chosen".
BLANK = "__None"


class Filled:
    """Ask for something to be entered."""

    field_flags = {"required": True}

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data is None or field.data == "" or field.data == []:
            if field.errors:
                raise StopValidation()
            raise StopValidation(gettext("Fill this in."))


class Within:
    """Ask for a number between two bounds, of which either may be open."""

    def __init__(self, least: int | None, most: int | None) -> None:
        self.least, self.most = least, most

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data is None:
            return
        if self.least is not None and field.data < self.least:
            raise StopValidation(gettext("At least %(count)s.", count=field.write(self.least)))
        if self.most is not None and field.data > self.most:
            raise StopValidation(gettext("At most %(count)s.", count=field.write(self.most)))


class TextField(StringField):
    """A text: trimmed, of limited length, None instead of nothing where the column takes it."""

    widget: Any = QuickInput()
    longest = LONGEST_TEXT

    def __init__(self, label: Any = None, *, nullable: bool = False, **options: Any) -> None:
        self.nullable = nullable
        self.longest = options.pop("longest", None) or type(self).longest
        super().__init__(label, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        text = str(valuelist[0]).replace("\0", "").replace("\r\n", "\n").strip()
        self.data = None if self.nullable and not text else text
        if len(text) > self.longest:
            raise ValueError(gettext("At most %(count)s characters.", count=self.longest))


class ProseField(TextField, TextAreaField):
    """A text of several lines."""

    widget = QuickArea()
    longest = LONGEST_PROSE


class HiddenValueField(TextField):
    """A value that she may replace but not see: it shows masked, and left empty it stays."""

    def __init__(self, label: Any = None, *, shown: str = "", **options: Any) -> None:
        super().__init__(label, **options)
        self.render_kw = {"placeholder": shown, "autocomplete": "off", **(self.render_kw or {})}

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist and str(valuelist[0]).strip():
            super().process_formdata(valuelist)


class SwitchField(BooleanField):
    """Yes or no."""

    widget: Any = QuickSwitch()


class _Typed(StringField):
    """A field whose text stands for a value of another type; empty text is None."""

    widget: Any = QuickInput()
    #: The soft keyboard of a tablet.
    keyboard: str | None = None

    def read(self, text: str) -> Any:
        """Turn text into a value; ValueError with words for the person if it is none."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """Turn a value into the text that `read` takes."""
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        text = str(valuelist[0]).strip()
        self.data = None
        if text:
            self.data = self.read(text)

    def __call__(self, **attributes: Any) -> Markup:
        if self.keyboard:
            attributes.setdefault("inputmode", self.keyboard)
        attributes.setdefault("autocomplete", "off")
        return super().__call__(**attributes)


class MoneyField(_Typed):
    """An amount, entered in yuan and kept in fen."""

    keyboard = "decimal"

    def read(self, text: str) -> int:
        try:
            return parse_fen(text)
        except Refused as problem:
            raise ValueError(str(problem)) from None

    def write(self, value: int) -> str:
        yuan, fen = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{yuan}.{fen:02}"


class NumberField(_Typed):
    """A whole number."""

    keyboard = "numeric"

    def read(self, text: str) -> int:
        if len(text) > 20:
            raise ValueError(gettext("This number is too large."))
        try:
            number = int(text)
        except ValueError:
            raise ValueError(gettext("Enter a whole number.")) from None
        if abs(number) > MOST_ID:
            raise ValueError(gettext("This number is too large."))
        return number


class FractionField(_Typed):
    """A number that may have a fraction."""

    keyboard = "decimal"

    def read(self, text: str) -> Decimal:
        try:
            number = Decimal(text) if len(text) <= 30 else Decimal("nan")
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite() or abs(number) > MOST_ID:
            raise ValueError(gettext("Enter a number."))
        return number

    def write(self, value: Decimal) -> str:
        return f"{value:f}"


class DayField(_Typed):
    """A day, picked or typed as 2026-09-12."""

    def read(self, text: str) -> dt.date:
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise ValueError(gettext("Enter a day such as 2026-09-12.")) from None

    def __call__(self, **attributes: Any) -> Markup:
        picker = {"data-role": "datepicker", "data-date-format": "YYYY-MM-DD"}
        return super().__call__(**{"placeholder": gettext("YYYY-MM-DD"), **picker, **attributes})


class MomentField(_Typed):
    """A moment in the store's own time, picked or typed as 2026-09-12 10:30."""

    @property
    def zone(self) -> ZoneInfo:
        """The store's time zone."""
        return reader_zone()

    def read(self, text: str) -> dt.datetime:
        try:
            at = dt.datetime.fromisoformat(text)
            return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise ValueError(gettext("Enter a time such as 2026-09-12 10:30.")) from None

    def write(self, value: dt.datetime) -> str:
        return format_moment(value, self.zone)

    def process_formdata(self, valuelist: list[Any]) -> None:
        kept = self.data
        super().process_formdata(valuelist)
        if isinstance(kept, dt.datetime) and valuelist and self.write(kept) == valuelist[0]:
            self.data = kept  # nobody touched it: its seconds stay

    def __call__(self, **attributes: Any) -> Markup:
        picker = {"data-role": "datetimepicker", "data-date-format": "YYYY-MM-DD HH:mm"}
        return super().__call__(
            **{"placeholder": gettext("YYYY-MM-DD HH:MM"), **picker, **attributes}
        )


class ChoiceField(SelectFieldBase):
    """A choice from a closed list; with a blank entry where nothing may be chosen."""

    widget = QuickSelect()

    def __init__(
        self,
        label: Any = None,
        *,
        options: Sequence[tuple[Any, Any]] = (),
        nullable: bool = False,
        **rest: Any,
    ) -> None:
        self._values = {str(value): value for value, _label in options}
        blank = [("", "–")] if nullable else []  # noqa: RUF001 - a dash stands for nothing
        self._shown = [*blank, *((str(value), label) for value, label in options)]
        super().__init__(label, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        text = str(valuelist[0])
        self.data = None if text in ("", BLANK) else self._values.get(text, text)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and str(self.data) not in self._values:
            raise StopValidation(gettext("Choose one of the list."))

    def entries(self) -> Iterator[tuple[str, Any, bool]]:
        """Yield value, label, and whether it is chosen."""
        chosen = "" if self.data is None else str(self.data)
        for value, label in self._shown:
            yield value, label, value == chosen

    def iter_choices(self) -> Any:
        for value, label, selected in self.entries():
            yield Choice(value, label, selected, {})


def translation_fields(label: Any, longest: int | None) -> dict[str, Any]:
    """Return one field for each language that is not the salon's own, by locale."""
    return {
        locale: TextField(
            _("%(name)s (%(language)s)", name=label, language=language(locale)), longest=longest
        )
        for locale in LOCALES[1:]
    }
