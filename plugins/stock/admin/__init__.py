"""The pages of stock and gifts for staff."""

from plugins.stock.admin.booking import Booking
from plugins.stock.admin.gifts import GiftAdmin
from plugins.stock.admin.levels import LevelAdmin, MovementAdmin
from plugins.stock.admin.pickups import PickupAdmin
from plugins.stock.admin.products import ProductAdmin
from plugins.stock.admin.report import StockReport

VIEWS = (ProductAdmin, LevelAdmin, Booking, MovementAdmin, StockReport, GiftAdmin, PickupAdmin)
