"""The admin views of the salon."""

from plugins.salon.admin.catalogue import CategoryAdmin, PriceList, ServiceAdmin
from plugins.salon.admin.rooms import EquipmentAdmin, EquipmentKindAdmin
from plugins.salon.admin.staff import LevelAdmin, SkillAdmin, StaffAdmin
from plugins.salon.admin.stores import StoreAdmin

VIEWS = (
    StoreAdmin,
    StaffAdmin,
    LevelAdmin,
    SkillAdmin,
    ServiceAdmin,
    CategoryAdmin,
    PriceList,
    EquipmentAdmin,
    EquipmentKindAdmin,
)
