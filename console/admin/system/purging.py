"""Removing a plugin's data: what is asked, and the job that does it."""

from __future__ import annotations

from flask import current_app

from console.admin.system.plugin_export import export_tables
from console.host import purging
from console.i18n import _, gettext
from console.jobs import JobRun, job, start_job
from console.unit import unit

#: What may become of a plugin's data.
CHOICES = ("keep", "export", "drop")


@job(_("Remove the data of a plugin"))
def remove_data(run: JobRun, name: str, choice: str) -> None:
    """Copy the database, export the tables if that was chosen, and destroy them."""
    host = current_app.extensions["console"]
    purging.check_purge(host, name)
    file = export_tables(name).name if choice == "export" else ""
    copy = purging.purge(host, name)
    said = gettext("The data is gone. The copy made before is %(copy)s.", copy=copy.name)
    if file:
        said += " " + gettext("The export lies on the page of the plugin: %(file)s.", file=file)
    run.progress(1, 1, said)


@unit
def start_removal(name: str, choice: str) -> int:
    """Begin the job and return its number."""
    return start_job(remove_data, name=name, choice=choice)
