"""The plugins page: what is installed, what is switched on, and why something is out."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for

from console.admin.shell import render
from console.admin.system.permissions import SWITCH_PLUGINS, VIEW_PLUGINS
from console.admin.views import AdminView, page
from console.errors import Refused
from console.host import states
from console.i18n import _, gettext

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
        return render("system/plugins.html", view=self, plugins=describe_plugins())

    @page("/switch/", needs=SWITCH_PLUGINS, methods=("POST",))
    def switch(self) -> Any:
        """Enable or disable a plugin, at once and in every worker."""
        host = current_app.extensions["console"]
        name, wanted = request.form.get("name", ""), request.form.get("to", "")
        act = {"on": states.enable, "off": states.disable}.get(wanted)
        try:
            if act is None:
                raise Refused(_("There is no such choice."))
            act(host, name)
        except Refused as problem:
            flash(str(problem), "error")
        else:
            said = gettext("Enabled.") if wanted == "on" else gettext("Disabled. Its data stays.")
            flash(said, "success")
        return redirect(url_for(".index"))


def describe_plugins() -> list[dict[str, Any]]:
    """Return what is known of each plugin: the sound ones in order, then those that are out."""
    host = current_app.extensions["console"]
    may_switch = SWITCH_PLUGINS.held()
    found = [
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
    return found
