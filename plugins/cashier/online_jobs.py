"""What the till does by the clock for online payments."""

from __future__ import annotations

import datetime as dt

from console import api
from plugins.cashier.services.online.advancing import advance_due

SCHEDULES = (api.Schedule("online_payments", advance_due, every=dt.timedelta(minutes=1)),)
