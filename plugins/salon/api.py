"""What other plugins may use of the salon: staff, services, prices, hours, named records."""

from __future__ import annotations

from plugins.salon.models import (
    Category,
    Equipment,
    EquipmentKind,
    Level,
    Named,
    Practice,
    Segment,
    Service,
    ServiceStore,
    Skill,
    Staff,
    StaffStore,
    StoreProfile,
    Variant,
)
from plugins.salon.services.catalogue import price_of, price_with

__all__ = [
    "Category",
    "Equipment",
    "EquipmentKind",
    "Level",
    "Named",
    "Practice",
    "Segment",
    "Service",
    "ServiceStore",
    "Skill",
    "Staff",
    "StaffStore",
    "StoreProfile",
    "Variant",
    "price_of",
    "price_with",
]
