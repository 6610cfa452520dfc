"""Which columns and fields of a view take a permission of their own, and who lacks it.

Who lacks it meets the value nowhere: in no list, filter, sort, sum, search, picker, export, form,
page of a record nor entry of the audit trail, and what is sent for it is ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.admin import scope
from console.admin.attributes import BadView, attribute_of
from console.search.declared import found_by

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin
    from console.security import Permission


def may_list(view: ModelAdmin, needs: Permission | None) -> bool:
    """Tell whether who acts holds *needs* wherever she sees rows of the view.

    A list shows rows of several stores at once, and sorts and sums them together.
    """
    held = needs.stores() if needs is not None else None
    if held is None:
        return True
    reach = view.needs["view"].stores()
    return reach is not None and bool(held) and reach <= held


def may_meet(view: ModelAdmin, needs: Permission | None, number: Any) -> bool:
    """Tell whether who acts holds *needs* for one record; for a new one wherever she sees rows."""
    if needs is None or needs.held_everywhere():
        return True
    if number is None:
        return may_list(view, needs)
    return needs.held() and bool(scope.reached(view.subject, [number], needs))


def unlisted(view: ModelAdmin) -> frozenset[str]:
    """Return the attributes that lists leave out for who acts."""
    needed = view.field_needs.items()
    return frozenset(key for key, needs in needed if not may_list(view, needs))


def unmet(view: ModelAdmin, number: Any) -> frozenset[str]:
    """Return the attributes that the page and the form of a record leave out for who acts."""
    needed = view.field_needs.items()
    return frozenset(key for key, needs in needed if not may_meet(view, needs, number))


def check(view: ModelAdmin) -> None:
    """Raise unless each field that takes a permission exists and can be left out."""
    model = view.subject
    declared = found_by(model)
    words = () if declared is None else (*declared.names, *declared.codes, declared.phone)
    for key in view.field_needs:
        attribute = attribute_of(model, key)
        if key == model.label_column or key in words:
            raise BadView(f"{key!r} names the record or finds it; it cannot take a permission")
        if attribute.required and key in view.form_names:
            raise BadView(f"{key!r} takes a permission, so it needs a default or may be empty")
