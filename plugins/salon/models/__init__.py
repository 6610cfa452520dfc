"""The tables of the salon."""

from plugins.salon.models.catalogue import (
    AddOn,
    Category,
    LevelPrice,
    Segment,
    Service,
    ServiceStore,
    Variant,
)
from plugins.salon.models.named import Named
from plugins.salon.models.places import Equipment, EquipmentKind
from plugins.salon.models.staff import Level, Practice, Skill, Staff, StaffSkill, StaffStore
from plugins.salon.models.stores import Hours, Picture, SpecialDay, StoreProfile

__all__ = [
    "AddOn",
    "Category",
    "Equipment",
    "EquipmentKind",
    "Hours",
    "Level",
    "LevelPrice",
    "Named",
    "Picture",
    "Practice",
    "Segment",
    "Service",
    "ServiceStore",
    "Skill",
    "SpecialDay",
    "Staff",
    "StaffSkill",
    "StaffStore",
    "StoreProfile",
    "Variant",
]
