"""All settings of membership."""

from __future__ import annotations

from typing import Any

from console import api
from plugins.membership.services.erasing import WAIT
from plugins.membership.services.id_documents import ASK
from plugins.membership.services.points.rules import SETTINGS as POINTS
from plugins.membership.services.recharging import BONUS_BARS, SPLIT
from plugins.membership.services.regions import CITY, INCOME, ISSUER, LEGAL_FORM
from plugins.membership.services.replacing import FEE, FINDABLE
from plugins.membership.services.visitors import IDLE_DAYS

PRIVACY = (IDLE_DAYS, WAIT)
VALUE = (LEGAL_FORM, CITY, ASK, ISSUER, INCOME, SPLIT, BONUS_BARS, FEE, FINDABLE)
SETTINGS: tuple[api.Setting[Any], ...] = (*PRIVACY, *VALUE, *POINTS)
