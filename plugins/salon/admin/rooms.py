"""Rooms and devices, and their kinds."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.salon.models import Equipment, EquipmentKind
from plugins.salon.permissions import EDIT_ROOMS, SEE_ROOMS


class EquipmentAdmin(api.ModelAdmin):
    """The rooms and devices of the stores."""

    subject, noun = Equipment, "rooms"
    title, singular = _("Rooms and devices"), _("room or device")
    icon, group, order = "bed", "salon", 60
    needs = {"view": SEE_ROOMS, "create": EDIT_ROOMS, "edit": EDIT_ROOMS}
    list_columns = ("name", "store_id", "kind_id", "capacity", "in_use")
    default_sort = "name"
    filters = ("store_id", "kind_id", "in_use")
    search = ("name",)
    form = ("name", "names", "store_id", "kind_id", "capacity", "in_use")
    inline_edit = ("capacity", "in_use")
    page_actions = (
        {
            "label": _("Kinds of rooms and devices"),
            "icon": "list-details",
            "url": "/console/salon/room-kinds/",
            "needs": SEE_ROOMS,
        },
    )


class EquipmentKindAdmin(api.ModelAdmin):
    """The kinds of rooms and devices that services ask for."""

    subject, noun = EquipmentKind, "room-kinds"
    title, singular = _("Kinds of rooms and devices"), _("kind")
    icon, group = "list-details", None
    needs = {"view": SEE_ROOMS, "create": EDIT_ROOMS, "edit": EDIT_ROOMS, "delete": EDIT_ROOMS}
    list_columns = ("name", "sort")
    default_sort = "name"
    filters = ("sort",)
    search = ("name",)
    form = ("name", "names", "sort")
