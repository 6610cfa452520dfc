"""What the sandbox does by the clock."""

from __future__ import annotations

import datetime as dt

from console import api
from plugins.sandboxpay.services.notices import deliver_due

SCHEDULES = (api.Schedule("notify", deliver_due, every=dt.timedelta(minutes=1)),)
