"""The settings pages: one form for each plugin, for the chain or for one of its stores.

A store keeps a value of its own only where it differs from the chain's, and the chain only
where it differs from what the plugin brings along.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from wtforms.form import BaseForm

from console import audit
from console.admin import fields
from console.admin.forms import Meta
from console.admin.shell import render
from console.admin.system.permissions import EDIT_SETTINGS
from console.admin.values import writer
from console.admin.views import AdminView, page
from console.i18n import _, gettext
from console.security import visible_stores
from console.security.settings import SETTINGS as HOST_SETTINGS
from console.settings import Setting
from console.stores import Store
from console.unit import unit

AnySetting = Setting[Any]
HOST = "console"


class Settings(AdminView):
    """The settings of the console and of each plugin."""

    title = _("Settings")
    noun = "settings"
    icon = "adjustments"
    order = 10

    @page("/", needs=EDIT_SETTINGS)
    def index(self) -> str:
        """List whose settings there are."""
        own = {"name": HOST, "title": gettext("Console"), "count": len(_settings_of(HOST))}
        others = [
            {"name": each.name, "title": each.plugin.title, "count": len(each.settings)}
            for each in current_app.extensions["console"].active()
            if each.settings
        ]
        return render("system/settings.html", view=self, owners=[own, *others])

    @page("/<owner>/", needs=EDIT_SETTINGS, methods=("GET", "POST"))
    def edit(self, owner: str) -> Any:
        """Show or store the settings of one plugin."""
        store = _chosen_store(request.args.get("store", ""))
        settings = [each for each in _settings_of(owner) if store is None or each.per_store]
        may_edit = EDIT_SETTINGS.held_everywhere() if store is None else True
        form = make_form(settings, store)
        if request.method == "POST":
            if not may_edit:
                abort(403)
            form.process(request.form, data=values_of(settings, store))
            if form.validate():
                save_settings(settings, form, store)
                flash(gettext("Saved."), "success")
                return redirect(request.full_path.rstrip("?"))
        return render(
            "system/setting_form.html",
            view={"title": _title_of(owner), "save_label": gettext("Save settings")},
            form=form,
            sections=sections_of(settings),
            places=_places(owner, store),
            may_edit=may_edit,
            cancel_url=url_for(".index"),
        ), 422 if form.errors else 200


def _settings_of(owner: str) -> Sequence[AnySetting]:
    if owner == HOST:
        return HOST_SETTINGS
    host = current_app.extensions["console"]
    if not host.is_active(owner) or not host.mounted[owner].settings:
        abort(404)
    settings: Sequence[AnySetting] = host.mounted[owner].settings
    return settings


def _title_of(owner: str) -> Any:
    if owner == HOST:
        return gettext("Console")
    return current_app.extensions["console"].mounted[owner].plugin.title


def _chosen_store(text: str) -> Store | None:
    """Return the store whose settings are asked for, None for the chain's; 404 out of reach."""
    if not text:
        return None
    store = next((each for each in visible_stores() if str(each.id) == text), None)
    if store is None or not EDIT_SETTINGS.held(store.id):
        abort(404)
    return store


def _places(owner: str, chosen: Store | None) -> list[dict[str, Any]]:
    """Return the chain and the stores to switch between, if there is anything to override."""
    if not any(each.per_store for each in _settings_of(owner)):
        return []
    url = url_for(".edit", owner=owner)
    chain = {"label": gettext("All stores"), "url": url, "active": chosen is None}
    return [chain] + [
        {
            "label": store.name,
            "url": f"{url}?store={store.id}",
            "active": chosen is not None and chosen.id == store.id,
        }
        for store in visible_stores()
        if EDIT_SETTINGS.held(store.id)
    ]


def _name_of(setting: AnySetting) -> str:
    return setting.key.replace(".", "__")


def _inherited(setting: AnySetting, store: Store | None) -> Any:
    return setting.default if store is None else setting.get()


def _kind_of(setting: AnySetting) -> str:
    if setting.choices:
        return "choice"
    if setting.key.endswith("_fen"):
        return "money"
    return {bool: "bool", int: "number"}.get(type(setting.default), "text")


def make_form(settings: Sequence[AnySetting], store: Store | None) -> BaseForm:
    """Make the form of settings, with what holds now for the chain or one store."""
    made = {_name_of(each): _make_field(each, store) for each in settings}
    form = BaseForm(made, meta=Meta())
    form.process(None, data=values_of(settings, store))
    return form


def values_of(settings: Sequence[AnySetting], store: Store | None) -> dict[str, Any]:
    """Return what holds now for the chain or one store, by the names of the form's fields."""
    return {_name_of(each): each.get(store.id if store else None) for each in settings}


def _make_field(setting: AnySetting, store: Store | None) -> Any:
    kind = _kind_of(setting)
    shown = writer(kind, setting.options())(_inherited(setting, store))
    template = gettext("In the chain: %(value)s") if store else gettext("Default: %(value)s")
    hint = template.replace("%(value)s", shown) if shown else ""
    options: dict[str, Any] = {
        "description": " ".join(str(each) for each in (setting.help, hint) if each)
    }
    if kind == "bool":
        return fields.SwitchField(setting.label, **options)
    if kind == "choice":
        return fields.ChoiceField(setting.label, options=setting.options(), **options)
    if kind in ("money", "number"):
        options["validators"] = [fields.Filled(), fields.Within(setting.least, setting.most)]
        make = fields.MoneyField if kind == "money" else fields.NumberField
        return make(setting.label, **options)
    make_text = fields.ProseField if setting.long else fields.TextField
    return make_text(setting.label, **options)


def sections_of(settings: Sequence[AnySetting]) -> list[dict[str, Any]]:
    """Return the sections of the form: titles, and the names of their fields."""
    groups: dict[str, list[str]] = {}
    for each in settings:
        groups.setdefault(str(each.group or ""), []).append(_name_of(each))
    return [{"title": title, "fields": names} for title, names in groups.items()]


@unit
def save_settings(settings: Sequence[AnySetting], form: BaseForm, store: Store | None) -> None:
    """Store what differs from what would hold anyway, forget the rest, and note what changed."""
    store_id = store.id if store is not None else None
    before, after = {}, {}
    for setting in settings:
        former, value = setting.get(store_id), form[_name_of(setting)].data
        if value == _inherited(setting, store):
            setting.clear(store_id)
        elif value != former:
            setting.put(value, store_id)
        if value != former:
            before[setting.key], after[setting.key] = former, value
    if after:
        audit.record("change_settings", before=before, after=after, store_id=store_id)
