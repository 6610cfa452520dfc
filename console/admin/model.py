"""`ModelAdmin`: the list, the form and the details of one model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import sqlalchemy as sa
from flask import Response, abort, jsonify, redirect, request
from flask_admin.base import expose
from flask_admin.contrib.sqla import ModelView

from console.admin import (
    bulk,
    checking,
    columns,
    details,
    export,
    field_rights,
    filters,
    inline,
    listpage,
    lookups,
    recordpage,
    searching,
    shown,
)
from console.admin.attributes import Attribute, attribute_of
from console.admin.columns import ListColumn
from console.admin.filters import ListFilter
from console.admin.lists import saved_views, segments
from console.admin.lists.segment_pages import CHANGING, SegmentPages
from console.admin.lists.segments import EDIT_SEGMENTS
from console.admin.lists.view_pages import SavedViewPages
from console.admin.parts import Column, Filter, FormSection, Panel, RecordAction
from console.admin.shell import keep_for
from console.admin.state import State
from console.admin.views import AdminView, Bulk
from console.db import db
from console.i18n import gettext
from console.search.finding import Finding
from console.search.newest import NEWEST
from console.security import people, users

if TYPE_CHECKING:
    from console.security import Permission

#: The verb of `needs` that each page asks for.
VERBS = {
    "index_view": "view",
    "details_view": "view",
    "ajax_lookup": "view",
    "columns_view": "view",
    "views_add": "view",
    "views_change": "view",
    "views_delete": "view",
    "views_restore": "view",
    "views_default": "view",
    "segments_view": "view",
    "segments_count": "view",
    "action_view": "view",
    "count_view": "view",
    "undo_view": "view",
    "create_view": "create",
    "edit_view": "edit",
    "ajax_update": "edit",
    "delete_view": "delete",
    "export": "export",
}


class ModelAdmin(SavedViewPages, SegmentPages, AdminView, ModelView):
    """The list, the form and the details of one model; a verb left out of `needs` is nobody's.

    Strings name attributes of the model. What another plugin adds through its hooks comes after
    what stands here. Whatever Flask-Admin's own attributes (`column_list`, `form_columns`, …)
    would say is refused at mounting, lest it be ignored in silence.
    """

    subject: ClassVar[type[Any]]
    #: Permissions for "view", "create", "edit", "delete" and "export".
    needs: ClassVar[Mapping[str, Permission]] = {}
    list_columns: ClassVar[tuple[str | Column, ...]] = ()
    default_sort: ClassVar[str] = "-id"
    filters: ClassVar[tuple[str | Filter, ...]] = ()
    #: Attributes that the search box looks through.
    search: ClassVar[tuple[str, ...]] = ()
    #: Amounts that are summed over all rows the list has, below it.
    totals: ClassVar[tuple[str, ...]] = ()
    #: Whether people may put filters together to segments, and filter by those.
    has_segments: ClassVar[bool] = False
    form: tuple[str | FormSection, ...] = ()  # type: ignore[assignment]
    #: Fields that a view makes itself, by attribute: functions that return a WTForms field.
    form_fields: ClassVar[Mapping[str, Callable[[Attribute], Any]]] = {}
    #: Permissions of their own for attributes, wherever these would show or could be changed.
    field_needs: ClassVar[Mapping[str, Permission]] = {}
    #: Attributes that are edited in the list; never money.
    inline_edit: ClassVar[tuple[str, ...]] = ()
    #: Attributes on the page of a record; those of list and form, unless they are named here.
    details: ClassVar[tuple[str, ...]] = ()
    #: What one record is called on buttons ("Save member"); plain words without it.
    singular: ClassVar[Any] = ""
    #: What an empty list says beside "nothing here yet".
    empty_hint: ClassVar[Any] = ""
    #: Buttons above the list: label, icon, url, and `needs` if not everybody may.
    page_actions: ClassVar[Sequence[Mapping[str, Any]]] = ()
    list_template = "console/list.html"
    #: Whether the list is drawn from what `describe` and the template's variables say, and from
    #: nothing else of the request: then all but its rows is drawn once (`console.admin.frames`).
    keeps_frame = True
    form_template = "console/form.html"
    details_template = "console/details.html"

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        endpoint, url = self.place
        ModelView.__init__(self, self.subject, db, type(self).title, endpoint=endpoint, url=url)
        self._urls = [each for each in self._urls if self.needed(each[1]) is not None]
        self.own_columns: list[ListColumn] = []
        self.own_filters: list[ListFilter] = []

    # -- what Flask-Admin would make up from the model ---------------------------------------

    def _refresh_cache(self) -> None:
        """Make nothing up: what there is stands in the class."""

    def scaffold_auto_joins(self) -> list[Any]:
        return []

    def init_actions(self) -> None:
        """Collect the methods that `@action` marked."""
        marked = {
            name: getattr(getattr(type(self), name), "bulk", None) for name in dir(type(self))
        }
        self.bulk_actions: dict[str, Bulk] = {n: b for n, b in marked.items() if b is not None}
        self._actions, self._actions_data = [], {}

    # -- who may what ------------------------------------------------------------------------

    def needed(self, endpoint: str) -> Permission | None:
        if endpoint.startswith("segments_") and not self.has_segments:
            return None
        if endpoint in CHANGING:
            return EDIT_SEGMENTS
        if endpoint in VERBS:
            return self.needs.get(VERBS[endpoint])
        return super().needed(endpoint)

    def permission_keys(self) -> set[str]:
        keys = {each.needs.key for each in self.bulk_actions.values()}
        own = {each.key for each in (*self.needs.values(), *self.field_needs.values())}
        parts = (*self.list_columns, *self.filters, *self.form)
        asked = (getattr(each, "needs", None) for each in parts)
        given = {each.key for each in asked if each is not None}
        return super().permission_keys() | keys | own | given

    def check_complete(self) -> None:
        """Raise unless every page says what it needs and every name is an attribute's."""
        super().check_complete()
        checking.check_verbs(self, frozenset(VERBS.values()))
        checking.check_ignored(self, ModelView, ModelAdmin)
        self.own_columns = [columns.resolve(self.subject, item) for item in self.list_columns]
        self.own_filters = [filters.resolve(self.subject, item) for item in self.filters]
        checking.check_names(self)
        checking.check_form(self, ModelAdmin)
        field_rights.check(self)

    # -- what a view may override ------------------------------------------------------------

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        """Check or complete *record* before it is stored, in the unit."""

    def after_save(self, record: Any, form: Any, *, created: bool) -> None:
        """Do what follows from storing *record*, in the unit."""

    def before_delete(self, record: Any) -> None:
        """Refuse or prepare the deletion of *record*, in the unit."""

    def search_where(self, text: str) -> sa.ColumnElement[bool]:
        """Return what rows must meet that *text* finds; lists and pickers use it."""
        return searching.look_for(self.subject, self.searched, text).where

    def look_for(self, text: str, newest: int = NEWEST) -> Finding:
        """Return what *text* finds, with so many of the *newest* of it if they are known."""
        if type(self).search_where is not ModelAdmin.search_where:
            return Finding(self.search_where(text))
        return searching.look_for(self.subject, self.searched, text, newest)

    @property
    def searched(self) -> tuple[str, ...]:
        """The attributes of `search` that who acts may look through."""
        if not self.field_needs:
            return self.search
        hidden = field_rights.unlisted(self)
        return tuple(key for key in self.search if key not in hidden)

    def offered(self) -> sa.ColumnElement[bool] | None:
        """Return what records must meet to be offered by pickers, such as "still works here"."""
        return None

    def record_url(self, number: Any, page: str = "") -> str:
        """Return the address of a record: of its details, or of another *page* such as `edit/`."""
        return f"{self.url}/{quote(str(number), safe='')}/{page}"

    def head(self, record: Any) -> Any:
        """Return Markup to stand above the details of *record*, or nothing."""
        return ""

    def panels(self, record: Any) -> list[Panel]:
        """Return the panels below the details of *record*; those of other plugins come too."""
        return []

    def record_actions(self, record: Any) -> list[RecordAction]:
        """Return what may be done with *record* beside editing and deleting it."""
        return []

    # -- what the pages ask for --------------------------------------------------------------

    def list_filters(self) -> dict[str, ListFilter]:
        """Return all filters of the list by key, those of other plugins and segments included."""
        found = shown.all_filters(self)
        if self.has_segments and segments.segments_of(self.subject):
            found[segments.KEY] = segments.filter_of(self.subject)
        return found

    @property
    def form_names(self) -> tuple[str, ...]:
        """The attributes that the form changes."""
        parts = [(each,) if isinstance(each, str) else tuple(each.fields) for each in self.form]
        return tuple(name for part in parts for name in part)

    @property
    def detail_names(self) -> tuple[str, ...]:
        """The attributes on the page of a record."""
        listed = [each for each in self.list_columns if isinstance(each, str)]
        return self.details or tuple(dict.fromkeys((*listed, *self.form_names)))

    @property
    def create_label(self) -> str:
        """What the button says that adds a record."""
        return gettext("New %(noun)s", noun=self.singular) if self.singular else gettext("New")

    def describe(self) -> dict[str, Any]:
        """Return what the templates say of the view itself."""
        return {**keep_for(people.person(), ("view", self.endpoint), self._describe)}

    def _describe(self) -> dict[str, Any]:
        save = gettext("Save %(noun)s", noun=self.singular) if self.singular else gettext("Save")
        return {
            "title": self.title,
            "endpoint": self.endpoint,
            "can_create": self.allows("create_view"),
            "can_edit": self.allows("edit_view"),
            "can_delete": self.allows("delete_view"),
            "can_export": self.allows("export"),
            "can_details": self.allows("details_view"),
            "create_label": self.create_label,
            "save_label": save,
            "segments_url": f"{self.url}/segments/" if self.has_segments else None,
            "may_edit_segments": self.has_segments and EDIT_SEGMENTS.held(),
            "page_actions": [
                each for each in self.page_actions if "needs" not in each or each["needs"].held()
            ],
        }

    # -- pages -------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> Any:
        """Show the list; one that was asked for without any state may open with a saved view."""
        opens = None if request.args else saved_views.default_url(self)
        if opens is not None:
            return redirect(opens)
        return listpage.ListPage(self).draw()

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        """Show or store the form of a new record."""
        return recordpage.create(self)

    @expose("/<id>/")
    def details_view(self, id: str) -> str:
        """Show one record."""
        return details.show(self, id)

    @expose("/<id>/edit/", methods=("GET", "POST"))
    def edit_view(self, id: str) -> Any:
        """Show or store the form of a record."""
        return recordpage.edit(self, id)

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> Any:
        """Delete the record that the form names."""
        return recordpage.delete(self)

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """Run a bulk action on the rows that were chosen."""
        return bulk.run(self)

    @expose("/undo/<int:number>/", methods=("POST",))
    def undo_view(self, number: int) -> Any:
        """Take back a bulk action of the person's own."""
        return bulk.undo(self, number)

    @expose("/count/")
    def count_view(self) -> Response:
        """Answer how many rows the list has, or how many of them an action may take."""
        return bulk.count(self)

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Response:
        """Send the list, as it is filtered and sorted, as a spreadsheet."""
        if export_type not in export.WRITERS:
            abort(404)
        return export.send(self, State.read(request.args), export_type)

    @expose("/lookup/")
    def ajax_lookup(self) -> Response:
        """Answer a picker of the form or of a filter with pairs of id and label."""
        target, needs = self._picker(request.args.get("name", ""), request.args.get("use", ""))
        return jsonify(lookups.look_up(target, request.args.get("query", ""), needs))

    def _picker(self, name: str, use: str) -> tuple[type[Any], Permission]:
        """Return what a picker chooses from, and the permission that limits it; or 404."""
        if use == "form" and name in self.form_names and name not in field_rights.unlisted(self):
            verbs = [each for each in ("edit", "create") if self.allows(f"{each}_view")]
            target = attribute_of(self.subject, name).target
            if verbs and target is not None:
                return target, self.needs[verbs[0]]
        elif use == "filter":
            known = self.list_filters().get(name)
            if known is not None and known.target is not None:
                return known.target, self.needs["view"]
        elif use == "action" and name in self.bulk_actions:
            offered = self.bulk_actions[name]
            if offered.needs.held() and offered.asks is not None and offered.asks.target:
                return offered.asks.target, offered.needs
        abort(404)

    @expose("/update/", methods=("POST",))
    def ajax_update(self) -> Response:
        """Store one value that was edited in the list."""
        return inline.save(self)

    @expose("/columns/", methods=("POST",))
    def columns_view(self) -> Response:
        """Keep which columns the person wants to see, in what order; none is the default."""
        given = request.get_json(silent=True)
        wanted = given.get("columns") if isinstance(given, dict) else None
        known = {column.key for column in shown.all_columns(self)}
        if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
            abort(400)
        chosen = [key for key in dict.fromkeys(wanted) if key in known]
        person = people.person()
        if person is not None:
            users.remember(person.id, shown.preference_of(self), chosen or None)
        return jsonify(ok=True)
