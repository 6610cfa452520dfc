"""The tables of stock and gifts."""

from plugins.stock.models.gifts import STATES, Gift, Pickup
from plugins.stock.models.products import PURPOSES, Product
from plugins.stock.models.stock import KINDS, Level, Movement

__all__ = ["KINDS", "PURPOSES", "STATES", "Gift", "Level", "Movement", "Pickup", "Product"]
