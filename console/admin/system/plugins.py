"""The plugins page: what is installed, what is switched on, and why something is out."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, redirect, request, send_file, url_for

from console.admin import trace_panel
from console.admin.saying import say_done
from console.admin.shell import render
from console.admin.system.permissions import SWITCH_PLUGINS, TRACE_REQUESTS, VIEW_PLUGINS
from console.admin.system.plugin_export import exports_of
from console.admin.system.purging import CHOICES, start_removal
from console.admin.views import AdminView, page
from console.errors import Refused
from console.host import states
from console.host.faults import forget_faults
from console.host.inside import look_inside
from console.host.purging import check_purge
from console.i18n import _, gettext
from console.security import people
from console.security.paths import own_path

#: A traceback longer than this is shown from its end, where the cause stands.
LONGEST_TRACE = 8000


class Plugins(AdminView):
    """Every plugin that was found, sound or not."""

    title = _("Plugins")
    noun = "plugins"
    icon = "puzzle"
    order = 80

    @page("/", needs=VIEW_PLUGINS)
    def index(self) -> str:
        """List the plugins."""
        return render(
            "system/plugins.html",
            view=self,
            plugins=describe_plugins(),
            may_trace=TRACE_REQUESTS.held(),
            traced=trace_panel.is_on(),
        )

    @page("/<plugin>/", needs=VIEW_PLUGINS)
    def show(self, plugin: str) -> str:
        """Show what one plugin adds, holds and lacks."""
        return self._page(plugin)

    @page("/switch/", needs=SWITCH_PLUGINS, methods=("POST",))
    def switch(self) -> Any:
        """Enable or disable a plugin, at once and in every worker; the other takes it back."""
        host = current_app.extensions["console"]
        name, wanted = request.values.get("name", ""), request.values.get("to", "")
        act = {"on": states.enable, "off": states.disable}.get(wanted)
        try:
            if act is None:
                raise Refused(_("There is no such choice."))
            act(host, name)
        except Refused as problem:
            flash(str(problem), "error")
        else:
            said = gettext("Enabled.") if wanted == "on" else gettext("Disabled. Its data stays.")
            undo = url_for(".switch", name=name, to="off" if wanted == "on" else "on")
            say_done(said, undo)
        back = request.form.get("url")
        return redirect(own_path(back) if back else url_for(".index"))

    @page("/developer/", needs=TRACE_REQUESTS, methods=("POST",))
    def developer(self) -> Any:
        """Show or hide the developer's panel on the pages of the person."""
        trace_panel.switch(on=not trace_panel.is_on())
        return redirect(url_for(".index"))

    @page("/<plugin>/forget/", needs=SWITCH_PLUGINS, methods=("POST",))
    def forget(self, plugin: str) -> Any:
        """Forget what a plugin did wrong."""
        forget_faults(plugin)
        return redirect(url_for(".show", plugin=plugin))

    @page("/<plugin>/purge/", needs=SWITCH_PLUGINS, methods=("POST",))
    def purge(self, plugin: str) -> Any:
        """Keep, export or drop what a disabled plugin holds; its name confirms it."""
        choice = request.form.get("choice", "keep")
        if choice == "keep":
            flash(gettext("Nothing was changed; its data stays."), "success")
            return redirect(url_for(".show", plugin=plugin))
        people.ask_for_password()
        if choice not in CHOICES or request.form.get("name", "").strip() != plugin:
            return self._page(plugin, gettext("That is not the name of the plugin.")), 422
        try:
            check_purge(current_app.extensions["console"], plugin)
            number = start_removal(plugin, choice)
        except Refused as problem:
            return self._page(plugin, str(problem)), 422
        return redirect(url_for("console_jobs.show", number=number))

    @page("/<plugin>/exports/<file>", needs=SWITCH_PLUGINS)
    def export(self, plugin: str, file: str) -> Any:
        """Send an export that was made of a plugin."""
        found = {each.name: each for each in exports_of(plugin)}.get(file)
        if found is None or not SWITCH_PLUGINS.held_everywhere():
            abort(404)
        return send_file(found, as_attachment=True, download_name=file)

    def _page(self, name: str, problem: str = "") -> str:
        host = current_app.extensions["console"]
        plugin = next((each for each in describe_plugins() if each["name"] == name), None)
        inside = look_inside(host, name)
        if plugin is None and not inside.tables:
            abort(404)
        return render(
            "system/plugin.html",
            view=self,
            plugin=plugin or {"name": name, "title": name, "state": "gone"},
            inside=inside,
            exports=[each.name for each in exports_of(name)] if SWITCH_PLUGINS.held() else [],
            may_purge=SWITCH_PLUGINS.held() and not host.is_active(name) and bool(inside.tables),
            may_see_trace=SWITCH_PLUGINS.held(),
            problem=problem,
        )


def describe_plugins() -> list[dict[str, Any]]:
    """Return what is known of each plugin: those that are out, then the sound ones in order."""
    host = current_app.extensions["console"]
    may_switch = SWITCH_PLUGINS.held()
    sound = [
        {
            "name": name,
            "title": mounted.plugin.title,
            "summary": mounted.plugin.summary,
            "version": mounted.plugin.version,
            "requires": ", ".join(mounted.plugin.requires),
            "state": "enabled" if host.is_active(name) else "disabled",
            "switch": ("off" if host.is_active(name) else "on") if may_switch else None,
        }
        for name, mounted in host.mounted.items()
    ]
    found: list[dict[str, Any]] = []
    for name, quarantine in host.quarantined.items():
        manifest = host.manifests.get(name)
        found.append(
            {
                "name": name,
                "title": manifest.title if manifest else name,
                "summary": manifest.summary if manifest else "",
                "version": manifest.version if manifest else "",
                "state": "quarantined",
                "reason": quarantine.reason,
                "trace": quarantine.trace[-LONGEST_TRACE:] if may_switch else "",
            }
        )
    return [*found, *sound]
