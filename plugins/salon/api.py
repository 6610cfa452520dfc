"""What other plugins may use of the salon: staff, services, prices, hours, named records."""

from __future__ import annotations

from plugins.salon.models import (
    Category,
    Equipment,
    EquipmentKind,
    Level,
    LevelPrice,
    Named,
    Practice,
    Segment,
    Service,
    ServiceStore,
    Skill,
    Staff,
    StaffSkill,
    StaffStore,
    StoreProfile,
    Variant,
)
from plugins.salon.models.stores import WEEKDAYS
from plugins.salon.services.catalogue import (
    SegmentDraft,
    lay_out,
    price_of,
    price_with,
    services_on_sale,
    show_price,
    show_price_range,
)
from plugins.salon.services.hours import (
    OpeningHours,
    opening_hours,
    read_time,
    show_time,
    spans_between,
)
from plugins.salon.services.staffing import staff_of, who_does, working_staff

__all__ = [
    "WEEKDAYS",
    "Category",
    "Equipment",
    "EquipmentKind",
    "Level",
    "LevelPrice",
    "Named",
    "OpeningHours",
    "Practice",
    "Segment",
    "SegmentDraft",
    "Service",
    "ServiceStore",
    "Skill",
    "Staff",
    "StaffSkill",
    "StaffStore",
    "StoreProfile",
    "Variant",
    "lay_out",
    "opening_hours",
    "price_of",
    "price_with",
    "read_time",
    "services_on_sale",
    "show_price",
    "show_price_range",
    "show_time",
    "spans_between",
    "staff_of",
    "who_does",
    "working_staff",
]
