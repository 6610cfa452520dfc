"""The page with a store's pictures and licences."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.salon.admin.records import reach
from plugins.salon.models.stores import PICTURE_KINDS
from plugins.salon.permissions import EDIT_STORES, SEE_STORES
from plugins.salon.services.profiles import add_picture, drop_picture, pictures_of


class PicturePages:
    """A page of the store view: what the store looks like, and its licences."""

    @api.page("/<int:number>/pictures", needs=SEE_STORES)
    def pictures(self, number: int) -> Any:
        return self._show_pictures(reach(api.Store, number, SEE_STORES))

    @api.page("/<int:number>/pictures", needs=EDIT_STORES, methods=("POST",))
    def add_picture(self, number: int) -> Any:
        store = reach(api.Store, number, EDIT_STORES)
        sent = request.files.get("picture")
        try:
            if sent is None or not sent.filename:
                raise api.Refused(_("Choose a picture first."))
            add_picture(store.id, sent.read(), sent.filename, request.form.get("kind", "store"))
        except api.Refused as refused:
            return self._show_pictures(store, problem=refused)
        flash(api.gettext("Picture added."), "success")
        return _back(store)

    @api.page("/<int:number>/pictures/<int:picture>/drop", needs=EDIT_STORES, methods=("POST",))
    def drop_picture(self, number: int, picture: int) -> Response:
        store = reach(api.Store, number, EDIT_STORES)
        drop_picture(store.id, picture)
        flash(api.gettext("Picture removed."), "success")
        return _back(store)

    def _show_pictures(self, store: api.Store, problem: api.Refused | None = None) -> Any:
        pictures = pictures_of(store.id)
        groups = [
            (label, [picture for picture in pictures if picture.kind == kind])
            for kind, label in PICTURE_KINDS
        ]
        page = api.render(
            "salon/pictures.html",
            view=self,
            store=store,
            groups=groups,
            kinds=PICTURE_KINDS,
            problem=problem,
            may_edit=EDIT_STORES.held(store.id),
        )
        return (page, problem.status) if problem else page


def _back(store: api.Store) -> Response:
    return redirect(f"/console/salon/stores/{store.id}/pictures")
