"""The page of what members are asked to agree to, in all its versions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, redirect, request

from console import api
from console.api import _
from plugins.membership.models import PURPOSES
from plugins.membership.permissions import EDIT_CONSENT_TEXTS
from plugins.membership.services.consents import LOCALES, add_text, text_in_force, texts_of

HOME = "/console/membership/consent_texts/"
NAMES = {
    "zh_Hans_CN": _("Simplified Chinese"),
    "zh_Hant_TW": _("Traditional Chinese"),
    "en": _("English"),
}


class ConsentTextsView(api.AdminView):
    """What members agree to, by purpose; a text is never changed, only followed by another."""

    noun = "consent_texts"
    title = _("Consent texts")
    icon, group, order = "shield-check", "system", 60

    @api.page("/", needs=EDIT_CONSENT_TEXTS)
    def index(self) -> Any:
        return self._show()

    @api.page("/<purpose>", needs=EDIT_CONSENT_TEXTS)
    def write(self, purpose: str) -> Any:
        return self._show_form(purpose)

    @api.page("/<purpose>", needs=EDIT_CONSENT_TEXTS, methods=("POST",))
    def add(self, purpose: str) -> Any:
        texts = {locale: request.form.get(f"text_{locale}", "") for locale in LOCALES}
        try:
            version = add_text(purpose, _day(request.form.get("since_on", "")), texts)
        except api.Refused as refused:
            return self._show_form(purpose, refused)
        flash(api.gettext("Version %(version)s added.", version=version), "success")
        return redirect(HOME)

    def _show(self) -> Any:
        return api.render(
            "membership/consent_texts.html",
            view=self,
            purposes=[(key, label, texts_of(key)) for key, label in PURPOSES],
            in_force={key: text_in_force(key).version for key, _label in PURPOSES},
        )

    def _show_form(self, purpose: str, problem: api.Refused | None = None) -> Any:
        label = dict(PURPOSES).get(purpose)
        if label is None:
            raise api.NotFound(_("There is no such purpose."))
        last = texts_of(purpose)[0]
        page = api.render(
            "membership/consent_text.html",
            view=self,
            label=label,
            locales=[(locale, NAMES[locale]) for locale in LOCALES],
            entered={
                locale: request.form.get(f"text_{locale}", last.texts.get(locale, ""))
                for locale in LOCALES
            },
            since_on=request.form.get("since_on", api.today("Asia/Shanghai").isoformat()),
            problem=problem,
        )
        return (page, problem.status) if problem else page


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise api.Refused(_("Choose a day.")) from None
