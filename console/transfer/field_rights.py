"""Which fields of an import take a permission of their own, and who lacks it.

Rows of one sheet go to several stores, so the permission is asked for wherever she may import.
"""

from __future__ import annotations

from collections.abc import Container

from console.errors import Refused
from console.i18n import _, gettext
from console.transfer.fields import ImportField
from console.transfer.intake import Intake


class NotAllowed(Refused):
    """An import brings what who acts may not set."""

    status = 403


def barred(intake: Intake) -> list[ImportField]:
    """Return the fields that who acts may not take in."""
    return [one for one in intake.subject.fields if not _may_set(intake, one)]


def refuse_barred(intake: Intake, named: Container[str]) -> None:
    """Raise NotAllowed when *named* holds a field that who acts may not take in."""
    if found := [one for one in barred(intake) if one.name in named]:
        fields = gettext(", ").join(str(one.label) for one in found)
        raise NotAllowed(_("You lack the permission to set: %(fields)s", fields=fields))


def _may_set(intake: Intake, one: ImportField) -> bool:
    held = one.needs.stores() if one.needs else None
    if held is None:
        return True
    reach = intake.needs.stores()
    return reach is not None and bool(held) and reach <= held
