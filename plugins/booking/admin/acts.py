"""What can be done with a visit, and under which permission; its page and the board offer it."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.booking.models import Visit
from plugins.booking.permissions import EDIT_VISITS, REVIEW_VISITS, SERVE_VISITS
from plugins.booking.services.booking import MOVABLE
from plugins.booking.services.turning import TURNS

VISITS = "/console/booking/visits/"
NEEDS = {
    "confirm": REVIEW_VISITS,
    "reject": REVIEW_VISITS,
    "arrive": SERVE_VISITS,
    "start": SERVE_VISITS,
    "done": SERVE_VISITS,
    "no_show": EDIT_VISITS,
    "cancel": EDIT_VISITS,
}
LABELS = {
    "confirm": _("Accept"),
    "reject": _("Decline"),
    "arrive": _("She is here"),
    "start": _("Begin service"),
    "done": api.lazy_pgettext("visit", "Finish"),
    "no_show": _("Did not come"),
    "cancel": _("Cancel booking"),
}
#: These ask for a reason on a page of their own.
ASKING = ("reject", "cancel")
#: So many minutes a running visit lasts longer with one tap.
MORE = (15, 30)


def acts_of(visit: Visit) -> list[api.RecordAction]:
    """Return what can be done with a visit as it stands now."""
    where = f"{VISITS}{visit.id}"
    found = [
        api.RecordAction(
            LABELS[act],
            f"{where}/turn/{act}",
            NEEDS[act],
            "GET" if act in ASKING else "POST",
            danger=act in ASKING,
        )
        for act, turn in TURNS.items()
        if visit.status in turn.before and visit.status != "no_show" and _fits(visit, act)
    ]
    if visit.status in ("pending", "confirmed") and visit.member_id is not None:
        propose = api.RecordAction(
            _("Propose another time"), f"{where}/propose", REVIEW_VISITS, "GET"
        )
        found.insert(2 if visit.status == "pending" else len(found), propose)
    if visit.status in MOVABLE:
        found.append(api.RecordAction(_("Change booking"), f"{where}/change", EDIT_VISITS, "GET"))
    if visit.status == "in_service":
        found += [
            api.RecordAction(
                api.gettext("%(minutes)s minutes more", minutes=minutes),
                f"{where}/extend/{minutes}",
                SERVE_VISITS,
            )
            for minutes in MORE
        ]
        found.append(
            api.RecordAction(
                api.lazy_pgettext("visit", "Extend"), f"{where}/extend", SERVE_VISITS, "GET"
            )
        )
    return found


def needs_of(act: str) -> api.Permission:
    """Return the permission for an act; raises `NotFound` for one that there is not."""
    if act not in NEEDS:
        raise api.NotFound(_("There is no such record."))
    return NEEDS[act]


def _fits(visit: Visit, act: str) -> bool:
    """Leave out what would be refused: nobody can stay away before she was due."""
    return act != "no_show" or api.now() >= visit.starts_at
