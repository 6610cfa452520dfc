"""`ModelAdmin`: the list, the form and the details of one model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from console.admin.parts import Column, Filter, FormSection
from console.admin.views import AdminView

if TYPE_CHECKING:
    from console.security import Permission


class ModelAdmin(AdminView):
    """The list, the form and the details of one model; a verb left out of `needs` is nobody's."""

    subject: ClassVar[type[Any]]
    needs: ClassVar[Mapping[str, Permission]] = {}
    list_columns: ClassVar[tuple[str | Column, ...]] = ()
    default_sort: ClassVar[str] = "-id"
    filters: ClassVar[tuple[str | Filter, ...]] = ()
    search: ClassVar[tuple[str, ...]] = ()
    form: ClassVar[tuple[str | FormSection, ...]] = ()
    inline_edit: ClassVar[tuple[str, ...]] = ()
    details: ClassVar[tuple[str, ...]] = ()

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        """Check or complete *record* before it is stored, in the unit."""

    def after_save(self, record: Any, form: Any, *, created: bool) -> None:
        """Do what follows from storing *record*, in the unit."""

    def before_delete(self, record: Any) -> None:
        """Refuse or prepare the deletion of *record*, in the unit."""
