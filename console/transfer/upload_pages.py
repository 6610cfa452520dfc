"""Where an import begins: choosing a file, samples to learn from, and what came before."""

from __future__ import annotations

import tempfile
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from flask import redirect, request, send_file, url_for
from flask_admin.base import expose

from console import demo
from console.admin.scope import scope_of
from console.admin.shell import render
from console.errors import NotFound, Refused
from console.i18n import _
from console.security.actors import actor
from console.security.rights import KnownStore
from console.security.rights import read as read_rights
from console.transfer import runs
from console.transfer.intake import Intake, SampleSheet
from console.transfer.models import STATES, ImportRun
from console.transfer.package import Limits
from console.transfer.rows import totals_of


class UploadPages:
    """The part of an import's pages that takes files in."""

    intake: ClassVar[Intake]

    @expose("/")
    def index(self) -> Any:
        """Offer to upload a file, and list what was taken in before."""
        return self._show_uploading()

    @expose("/upload", methods=("POST",))
    def upload(self) -> Any:
        """Take a file in; whatever is wrong with it is said where it was chosen."""
        try:
            number = self._take_file()
        except Refused as refused:
            return self._show_uploading(refused), refused.status
        return redirect(url_for(".show", number=number))

    @expose("/samples/<int:index>")
    def sample(self, index: int) -> Any:
        """Send a sheet to learn from."""
        samples = self._samples()
        if index >= len(samples):
            raise NotFound(_("There is no such file."))
        content = (files(samples[index].package) / samples[index].file).read_bytes()
        name = Path(samples[index].file).name
        return send_file(BytesIO(content), as_attachment=True, download_name=name)

    def _stores(self) -> list[KnownStore]:
        return [
            store
            for store in read_rights().stores
            if not store.closed and self.intake.needs.held(store.id)
        ]

    def _samples(self) -> list[SampleSheet]:
        return [each for each in self.intake.samples if demo.is_on() or not each.for_demo]

    def _show_uploading(self, problem: Refused | None = None) -> str:
        chosen = request.form.get("store_id") or str(actor().store_id or "")
        past = list(runs.past_runs(self.intake, scope_of(ImportRun, self.intake.needs)))
        return render(
            "transfer/index.html",
            view=self,
            intake=self.intake,
            stores=self._stores(),
            chosen=chosen,
            problem=problem,
            samples=self._samples(),
            most_bytes=Limits().file_bytes,
            past=[(run, totals_of(self.intake.subject, run)) for run in past],
            states=dict(STATES),
        )

    def _take_file(self) -> int:
        stores = {str(store.id): store.id for store in self._stores()}
        wanted = request.form.get("store_id", "")
        store_id = next(iter(stores.values())) if len(stores) == 1 else stores.get(wanted)
        if store_id is None:
            raise Refused(_("Choose a store."))
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Refused(_("Choose a file."))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sheet"
            sent.save(path)
            sent.close()
            return runs.upload(self.intake, path, sent.filename, store_id)
