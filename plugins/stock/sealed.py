"""The tables whose rows are sealed as they are written, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.api import _

SEALED: Mapping[str, Any] = {
    "stock_product": _("Products"),
    "stock_level": _("Stock"),
    "stock_movement": _("Stock movements"),
    "stock_gift": _("Gifts for points"),
    "stock_pickup": _("Exchanges of gifts"),
}
