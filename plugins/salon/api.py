"""What other plugins may use of the salon: staff, services, hours, and named records."""

from __future__ import annotations

from plugins.salon.models import (
    Category,
    Equipment,
    EquipmentKind,
    Level,
    Named,
    Segment,
    Service,
    Skill,
    Staff,
    StaffStore,
    StoreProfile,
    Variant,
)

__all__ = [
    "Category",
    "Equipment",
    "EquipmentKind",
    "Level",
    "Named",
    "Segment",
    "Service",
    "Skill",
    "Staff",
    "StaffStore",
    "StoreProfile",
    "Variant",
]
